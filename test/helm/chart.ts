import { execFile } from 'node:child_process';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { childEnvironment } from '../services/environment.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import type { Container, Manifest } from './manifest.js';

export const CHART = path.join(REPOSITORY, 'helm');
export const RELEASE = 'soma-memory';
export const FULLNAME = 'soma-memory-somafractalmemory';
export const KUBERNETES_VERSIONS = ['1.29', '1.30', '1.31', '1.32', '1.33'] as const;

/** Every way of installing that the documents describe: the value files of each, in their order. */
export const INSTALLATIONS = {
  'values.yaml': [],
  'values-kind.yaml': ['values-kind.yaml'],
  'values-production.yaml': ['values-production.yaml'],
  'values-app-only.yaml': ['values-app-only.yaml'],
  'values-dev-port9797.yaml': ['values-dev-port9797.yaml'],
} as const;
export type Installation = keyof typeof INSTALLATIONS;
export const INSTALLATION_NAMES = Object.keys(INSTALLATIONS).filter((name): name is Installation =>
  Object.hasOwn(INSTALLATIONS, name),
);

export interface HelmResult {
  readonly status: number;
  readonly output: string;
}

/** Runs helm with a home of its own and no cluster. */
export async function helm(...args: readonly string[]): Promise<HelmResult> {
  const { command } = await findHelm();
  return new Promise((resolve) => {
    const env = childEnvironment({ HELM_NO_PLUGINS: '1', KUBECONFIG: '/nowhere' });
    execFile(command, args, { cwd: REPOSITORY, env, maxBuffer: 32 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : 1, output: error === null ? stdout : `${stdout}${stderr}` });
    });
  });
}

export function valueArguments(installation: Installation): string[] {
  return INSTALLATIONS[installation].flatMap((file) => ['--values', path.join(CHART, file)]);
}

/** What `helm template` prints, with further arguments such as `--set a=b`. */
export async function template(installation: Installation, ...args: readonly string[]): Promise<HelmResult> {
  const version = args.includes('--kube-version') ? [] : ['--kube-version', '1.31.0'];
  return helm('template', RELEASE, CHART, '-n', RELEASE, ...valueArguments(installation), ...version, ...args);
}

/** The objects of an installation. @throws Error with helm's message */
export async function render(installation: Installation, ...args: readonly string[]): Promise<Rendering> {
  const { status, output } = await template(installation, ...args);
  if (status !== 0) throw new Error(output);
  return new Rendering(parseManifests(output));
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
    const content: Manifest | null = document.toJS();
    return content === null ? [] : [content];
  });
}

export class Rendering {
  constructor(readonly manifests: readonly Manifest[]) {}

  /** @throws Error naming what there is instead */
  get(kind: string, name: string): Manifest {
    const found = this.find(kind, name);
    if (found === undefined) throw new Error(`no ${kind} ${name} among ${this.names(kind).join(', ') || 'none'}`);
    return found;
  }

  find(kind: string, name: string): Manifest | undefined {
    return this.manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  }

  ofKind(kind: string): readonly Manifest[] {
    return this.manifests.filter((manifest) => manifest.kind === kind);
  }

  names(kind: string): string[] {
    return this.ofKind(kind)
      .map((manifest) => manifest.metadata.name)
      .toSorted();
  }

  container(deployment: string, name: string): Container {
    const containers = this.get('Deployment', deployment).spec?.template?.spec.containers ?? [];
    const found = containers.find((container) => container.name === name);
    if (found === undefined) throw new Error(`no container ${name} in ${deployment}`);
    return found;
  }
}

/** Plain settings of a container. */
export function plainEnv(container: Container): Record<string, string> {
  return Object.fromEntries(
    (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Variables that come from a Secret, as name: secret/key. */
export function secretEnv(container: Container): Record<string, string> {
  return Object.fromEntries(
    (container.env ?? []).flatMap(({ name, valueFrom }) => {
      const ref = valueFrom?.secretKeyRef;
      return ref === undefined ? [] : [[name, `${ref.name}/${ref.key}`]];
    }),
  );
}
