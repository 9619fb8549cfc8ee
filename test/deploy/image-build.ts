import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { REPOSITORY } from '../services/repository.js';
import { runTool } from '../services/programs/run-tool.js';
import { DockerContext } from './docker-context.js';
import { copyOf, finalStage, readDockerfile, textsOf, type Dockerfile, type Stage } from './dockerfile.js';

/** Needs a system of its own: packages, users, and what belongs to the base image. */
const SYSTEM_STEP = /^(apt-get|groupadd|useradd|ldconfig)\b/;
/** How the repository itself was installed: its packages are taken, as an engine takes a layer it has built before. */
const INSTALL_STEP = 'npm ci --include=dev --include=optional';

/**
 * The steps of a Dockerfile, executed without an engine: each stage is a folder, COPY copies between them, RUN runs in the
 * stage's working folder on this system. Steps that change the system are left out, and so is what comes from a stage of
 * another base image than the last one; no step may use an absolute path.
 */
export class ImageBuild {
  private constructor(
    private readonly root: string,
    private readonly dockerfile: Dockerfile,
  ) {}

  /** Executes every stage, as soon as those it copies from are finished. @throws Error with what the failing step printed */
  static async of(file: string): Promise<ImageBuild> {
    const build = new ImageBuild(await mkdtemp(path.join(tmpdir(), 'sfm-image-')), await readDockerfile(file));
    try {
      await new DockerContext().copyTo(build.contextFolder);
      const finished = new Map<string, Promise<void>>();
      for (const stage of build.dockerfile.stages.filter((each) => build.isOfBase(each))) {
        const needed = textsOf(stage, 'COPY').flatMap((text) => finished.get(copyOf(text).from ?? '') ?? []);
        finished.set(
          stage.name,
          Promise.all(needed).then(() => build.execute(stage)),
        );
      }
      // To the end of every stage: what is removed below must not be written to any more.
      const outcomes = await Promise.allSettled(finished.values());
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    } catch (error) {
      await build.remove();
      throw error;
    }
    return build;
  }

  /** The working folder of the last stage. */
  get folder(): string {
    const stage = finalStage(this.dockerfile);
    return stage.instructions
      .filter(({ name }) => name === 'WORKDIR')
      .reduce((folder, { text }) => this.resolve(stage, folder, text), this.rootOf(stage));
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  private get contextFolder(): string {
    return path.join(this.root, 'context');
  }

  private isOfBase({ base }: Stage): boolean {
    return base === finalStage(this.dockerfile).base;
  }

  private rootOf(stage: Pick<Stage, 'name'>): string {
    return path.join(this.root, `stage-${stage.name}`);
  }

  private resolve(stage: Pick<Stage, 'name'>, from: string, target: string): string {
    return target.startsWith('/') ? path.join(this.rootOf(stage), target) : path.join(from, target);
  }

  private async execute(stage: Stage): Promise<void> {
    let folder = this.rootOf(stage);
    await mkdir(folder, { recursive: true });
    for (const { name, text } of stage.instructions) {
      if (name === 'WORKDIR') {
        folder = this.resolve(stage, folder, text);
        await mkdir(folder, { recursive: true });
      } else if (name === 'COPY') {
        await this.copy(stage, folder, text);
      } else if (name === 'RUN' && text === INSTALL_STEP) {
        await installAsHere(folder);
      } else if (name === 'RUN' && !SYSTEM_STEP.test(text)) {
        await runTool('sh', ['-c', text], { cwd: folder, timeoutMs: 900_000 });
      }
    }
  }

  private async copy(stage: Stage, folder: string, text: string): Promise<void> {
    const { from, sources, target } = copyOf(text);
    const origin = this.dockerfile.stages.find((each) => each.name === from);
    if (origin !== undefined && !this.isOfBase(origin)) return;
    const sourceRoot = from === undefined ? this.contextFolder : this.rootOf({ name: from });
    const destination = this.resolve(stage, folder, target);
    await mkdir(destination, { recursive: true });
    for (const source of sources) {
      const file = path.join(sourceRoot, source);
      const content = (await stat(file)).isDirectory() ? `${file}/.` : file;
      await runTool('cp', ['-a', content, destination]);
    }
  }
}

/** Links every node_modules of the repository into a copy of its manifests. */
async function installAsHere(folder: string): Promise<void> {
  const workspaces = ['apps', 'libs'].map(async (parent) =>
    (await readdir(path.join(REPOSITORY, parent))).map((name) => path.join(parent, name)),
  );
  for (const place of ['', 'migrations', ...(await Promise.all(workspaces)).flat()]) {
    const source = path.join(REPOSITORY, place, 'node_modules');
    if (!existsSync(source)) continue;
    // Hard links where the file system has them.
    const target = path.join(folder, place, 'node_modules');
    await runTool('cp', ['-al', source, target]).catch(async () => {
      await rm(target, { recursive: true, force: true });
      await runTool('cp', ['-a', source, target]);
    });
  }
}
