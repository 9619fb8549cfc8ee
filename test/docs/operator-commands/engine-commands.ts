import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ComposeModel } from '../../deploy/compose-model.js';
import { runScript } from '../../deploy/run-script.js';
import { exists, read } from '../known-names.js';
import { optionOf } from './shell-words.js';
import { must, type Check, type How } from './verdict.js';

const WITH_VALUE = /^(--profile|--tail|-f|--file|--name|-t|--tag|--env)$/;

/** Commands of Docker: by the file that Compose reads, by what is built, and by standing in for `docker run`. */
export function dockerCheck(model: ComposeModel): Check {
  return async (words) => {
    const [, verb = ''] = words;
    if (verb === 'compose') return compose(model, words);
    if (verb === 'run') return runInContainer(model, words);
    if (verb === 'build') {
      must(exists(optionOf(words, '-f', '--file') ?? 'Dockerfile'), 'no such Dockerfile');
      must(words.at(-1) === '.', 'another context than the repository');
      return 'rendered';
    }
    if (verb === 'cp') {
      const [, folder = ''] = (words[2] ?? '').split(':');
      must(folder !== '' && read('k8s/pvcs.yaml').includes(`path: ${folder}\n`), `no volume lies in ${folder}`);
    }
    must(/^(cp|exec|push|tag)$/.test(verb), `unknown docker ${verb}`);
    return 'looked up';
  };
}

function compose({ services }: ComposeModel, words: readonly string[]): How {
  const profile = optionOf(words, '--profile');
  const known = Object.values(services).flatMap(({ profiles }) => profiles);
  must(profile === undefined || profile === '*' || known.includes(profile), `no profile ${profile ?? ''}`);
  const plain = words.slice(2).filter((word, index, all) => {
    return !word.startsWith('-') && !WITH_VALUE.test(all[index - 1] ?? '');
  });
  const [command = '', ...names] = plain;
  const asked = command === 'exec' ? names.slice(0, 1) : names;
  const unknown = asked.filter((name) => !(name in services));
  must(/^(up|down|exec|build|logs|ps)$/.test(command) && unknown.length === 0, `no service ${unknown.join()}`);
  const [service = ''] = asked;
  const inside = /localhost:(\d+)/.exec(words.join(' '))?.[1];
  const served = services[service]?.ports?.map(({ target }) => String(target)) ?? [];
  must(inside === undefined || served.includes(inside), `${service} does not serve on ${inside ?? ''}`);
  return 'rendered';
}

/**
 * Does what a container would: the folders of `-v` are on this machine, everything else is gone when it ends. A command that
 * writes a file must leave one.
 */
async function runInContainer({ name, volumes }: ComposeModel, words: readonly string[]): Promise<How> {
  const place = await mkdtemp(path.join(tmpdir(), 'sfm-container-'));
  try {
    const here = path.join(place, 'here');
    await mkdir(path.join(place, 'volume'), { recursive: true });
    await mkdir(path.join(place, 'container'));
    await mkdir(here);
    await writeFile(path.join(place, 'volume', 'kept'), 'data');
    const mounts = words
      .filter((_, index) => /^(-v|--volume)$/.test(words[index - 1] ?? ''))
      .map((mount) => mount.split(':'));
    const sources = mounts.map(([source = '', target = '']) => {
      const isFolder = source === '$PWD' || source === '.';
      const known = Object.keys(volumes).map((volume) => `${name}_${volume}`);
      must(isFolder || known.includes(source), `no volume ${source}: there are ${known.join()}`);
      return [target, isFolder ? here : path.join(place, 'volume')] as const;
    });
    const command = words.slice(words.indexOf('busybox') + 1);
    const inside = command.map((word) => {
      const [target, source] = sources.find(([mount]) => word === mount || word.startsWith(`${mount}/`)) ?? [];
      return target === undefined || source === undefined ? word : source + word.slice(target.length);
    });
    const script = 'cd "$0" && exec "$@"';
    const { status, output } = await runScript('bash', ['-c', script, path.join(place, 'container'), ...inside]);
    must(status === 0, output);
    if (command[0] !== 'tar') return 'run';
    const [archive = 'nothing'] = await readdir(here);
    must(archive.endsWith('.tar'), `the archive is gone with the container; here is ${archive}`);
    must((await readFile(path.join(here, archive))).includes('kept'), 'the data is not in the archive');
    return 'run';
  } finally {
    await rm(place, { recursive: true });
  }
}
