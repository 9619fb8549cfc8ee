import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ServerUnavailable } from '../lifetime/server-process.js';
import { cachedFolder } from '../programs/cached-folder.js';
import { findOnPath, runTool } from '../programs/run-tool.js';

const KUBERNETES = '1.33.13';
const ETCD = '3.5.21';
const STAGED = /^\t(k8s\.io\/[a-z-]+) v0\.0\.0$/gm;
const TIMEOUT_MS = 3_600_000;

export interface KubernetesPrograms {
  readonly etcd: string;
  readonly apiServer: string;
}

/**
 * etcd and the API server of Kubernetes, built with Go into the cache the first time, which takes minutes.
 *
 * @throws ServerUnavailable
 */
export async function findKubernetes(): Promise<KubernetesPrograms> {
  const etcd = await cachedFolder(`etcd-${ETCD}`, (draft) =>
    build(draft, {
      module: 'go.etcd.io/etcd/server/v3',
      version: `v${ETCD}`,
      program: 'go.etcd.io/etcd/server/v3',
      name: 'etcd',
    }),
  );
  const apiServer = await cachedFolder(`kube-apiserver-${KUBERNETES}`, (draft) =>
    build(draft, {
      module: 'k8s.io/kubernetes',
      version: `v${KUBERNETES}`,
      program: 'k8s.io/kubernetes/cmd/kube-apiserver',
      name: 'kube-apiserver',
    }),
  );
  return { etcd: path.join(etcd, 'etcd'), apiServer: path.join(apiServer, 'kube-apiserver') };
}

interface Source {
  readonly module: string;
  readonly version: string;
  readonly program: string;
  readonly name: string;
}

/**
 * Both replace modules by folders beside them that their own module does not hold: here these come as the modules of the same
 * release, with every other dependency as the program has pinned it.
 */
async function build(draft: string, { module, version, program, name }: Source): Promise<void> {
  if ((await findOnPath('go')) === undefined) throw new ServerUnavailable('Go is not installed to build it with');
  const downloaded = await runTool('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: draft });
  const [, source = ''] = /"Dir": "([^"]+)"/.exec(downloaded) ?? [];
  const theirs = await readFile(path.join(source, 'go.mod'), 'utf8');
  const staged = `v0.${KUBERNETES.slice(2)}`;
  const replaced = [...theirs.matchAll(STAGED)].map(([, each = '']) => `replace ${each} => ${each} ${staged}`);
  const own = theirs
    .replace(/^module .*$/m, 'module build')
    .replaceAll(/^replace \([^)]*\)/gm, '')
    .replaceAll(STAGED, `\t$1 ${staged}`);
  const folder = path.join(draft, 'build');
  await mkdir(folder);
  await writeFile(path.join(folder, 'go.mod'), `${own}\nrequire ${module} ${version}\n${replaced.join('\n')}\n`);
  await writeFile(path.join(folder, 'go.sum'), await readFile(path.join(source, 'go.sum')));
  const options = ['-mod=mod', '-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
  await runTool('go', ['build', ...options, '-o', path.join(draft, name), program], {
    cwd: folder,
    env: { GOWORK: 'off' },
    timeoutMs: TIMEOUT_MS,
  });
  await rm(folder, { recursive: true });
}
