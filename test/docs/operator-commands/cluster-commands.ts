import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { helm, INSTALLATION_NAMES, parseManifests, RELEASE, render } from '../../helm/chart.js';
import type { Manifest } from '../../helm/manifest.js';
import { REPOSITORY } from '../../services/repository.js';
import { exists, read } from '../known-names.js';
import { optionOf } from './shell-words.js';
import { must, type Check } from './verdict.js';

const KINDS: Readonly<Record<string, string>> = {
  deploy: 'Deployment',
  deployment: 'Deployment',
  deployments: 'Deployment',
  job: 'Job',
  po: 'Pod',
  pod: 'Pod',
  pods: 'Pod',
  pvc: 'PersistentVolumeClaim',
  rs: 'ReplicaSet',
  svc: 'Service',
  service: 'Service',
  secret: 'Secret',
  cronjob: 'CronJob',
};
/** Namespaces of others, whose objects are not looked up. */
const FOREIGN = /^local-path-storage$/;

/** What the stacks of the documents consist of: the chart with every file of values, and the raw manifests. */
export class Stacks {
  private constructor(
    private readonly chart: ReadonlyMap<string, readonly Manifest[]>,
    private readonly raw: readonly Manifest[],
  ) {}

  static async render(): Promise<Stacks> {
    const chart = await Promise.all(
      INSTALLATION_NAMES.map(async (name) => [name, (await render(name)).manifests] as const),
    );
    const raw = readdirSync(path.join(REPOSITORY, 'k8s'))
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) => parseManifests(read(`k8s/${name}`)));
    return new Stacks(new Map(chart), raw);
  }

  /** Each way of installing that has the namespace, with its objects. */
  in(namespace: string): ReadonlyMap<string, readonly Manifest[]> {
    if (namespace === RELEASE) return this.chart;
    return new Map([['k8s', this.raw.filter(({ metadata }) => metadata.namespace === namespace)]]);
  }
}

const podsOf = (manifests: readonly Manifest[]) =>
  manifests.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template]));

/** `helm upgrade` as `helm template` of the same files and values; other commands by the name of the release. */
export const checkHelm: Check = async (words) => {
  const [, command = ''] = words;
  if (command !== 'upgrade') {
    must(words.includes(RELEASE), `no release ${RELEASE}`);
    must(/^(uninstall|rollback|test)$/.test(command), `unknown helm ${command}`);
    return 'looked up';
  }
  must(words.includes('./helm') && words.includes(RELEASE), 'neither ./helm nor the release');
  const given = words.flatMap((word, index) => {
    const next = words[index + 1] ?? '';
    if (word === '--values' || word === '-f') return ['--values', path.join(REPOSITORY, next)];
    return word === '--set' ? ['--set', next] : [];
  });
  const { status, output } = await helm('template', RELEASE, './helm', '-n', RELEASE, ...given);
  must(status === 0 && output.includes('kind: Deployment'), output);
  return 'rendered';
};

/** A cluster, or an image in one, by the names of `helm/kind-config.yaml` and of the documents themselves. */
export const checkKind: Check = (words) => {
  const [, verb = '', what = ''] = words;
  const config = optionOf(words, '--config');
  const ours: { name: string } = parse(readFileSync(path.join(REPOSITORY, 'helm', 'kind-config.yaml'), 'utf8'));
  if (config !== undefined) must(exists(config), `no ${config}`);
  else if (verb === 'load')
    must([ours.name, 'somabrain'].includes(optionOf(words, '--name') ?? ''), 'no cluster of that name');
  must(/^(create cluster|delete cluster|load docker-image)$/.test(`${verb} ${what}`), `unknown kind ${verb} ${what}`);
  return 'looked up';
};

export function kubectlCheck(stacks: Stacks): Check {
  return (words) => {
    const [, verb = '', ...all] = withoutNamespace(words);
    const rest = verb === 'rollout' ? all.slice(1) : all;
    const namespace = optionOf(words, '-n', '--namespace') ?? RELEASE;
    if (verb === 'config' || verb === 'cluster-info' || FOREIGN.test(namespace)) return 'looked up';
    if (verb === 'apply') {
      for (const file of words.filter((_, index) => words[index - 1] === '-f')) applied(file, optionOf(words, '-n'));
      return 'rendered';
    }
    const target = targetOf(rest);
    if (target.kind === 'namespace') {
      must(stacks.in(target.name).size > 0, `nobody uses the namespace ${target.name}`);
      return 'looked up';
    }
    const found = [...stacks.in(namespace)].filter(([, manifests]) => isThere(manifests, target));
    must(found.length > 0, `${target.kind} ${target.name} ${target.labels} is in no installation in ${namespace}`);
    for (const [name, manifests] of found) {
      if (verb === 'port-forward')
        forwardable(name, manifests, target.name, rest.find((word) => /^\d+:/.test(word)) ?? '');
      if (verb === 'exec') answerable(name, manifests, target.name, words);
    }
    return 'looked up';
  };
}

interface Target {
  readonly kind: string;
  /** Empty for all of the kind. */
  readonly name: string;
  /** `name=value`, or empty. */
  readonly labels: string;
}

function withoutNamespace(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word === '-n' || word === '--namespace');
  return at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)];
}

function targetOf(rest: readonly string[]): Target {
  const labels = optionOf(rest, '-l', '--selector') ?? '';
  const [first = '', second = ''] = rest.filter((word) => !word.startsWith('-'));
  const [short = '', name] = first.split(',')[0]?.split('/') ?? [];
  if (/^(namespace|ns)$/.test(short)) return { kind: 'namespace', name: name ?? second, labels };
  const kind = KINDS[short] ?? short;
  const own = name ?? (/^[a-z][a-z0-9-]+$/.test(second) && second !== labels ? second : '');
  return { kind, name: own, labels };
}

function isThere(manifests: readonly Manifest[], { kind, name, labels }: Target): boolean {
  const [label = '', value] = labels.split('=');
  if (kind === 'Pod' || kind === 'ReplicaSet') {
    return podsOf(manifests).some(({ metadata }) => label === '' || metadata.labels?.[label] === value);
  }
  return manifests.some((each) => each.kind === kind && (name === '' || each.metadata.name === name));
}

function applied(target: string, namespace: string | undefined): void {
  must(exists(target), `no ${target}`);
  const place = path.join(REPOSITORY, target);
  const files = statSync(place).isDirectory() ? readdirSync(place).filter((name) => name.endsWith('.yaml')) : [''];
  const objects = files.flatMap((name) => parseManifests(readFileSync(path.join(place, name), 'utf8')));
  must(objects.length > 0, `nothing in ${target}`);
  const others = objects.filter(({ metadata }) => (metadata.namespace ?? namespace) !== namespace);
  must(namespace === undefined || others.length === 0, `${target} has objects of another namespace than ${namespace}`);
}

function forwardable(installation: string, manifests: readonly Manifest[], service: string, ports: string): void {
  const there =
    manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === service)?.spec?.ports ?? [];
  const wanted = ports.split(':')[1] ?? '';
  const isOpen = there.some(({ name, port }) => name === wanted || String(port) === wanted);
  must(isOpen, `${service} of ${installation} has ${there.map(({ port }) => port).join()} and not ${wanted}`);
}

/** A server with a password must find it in its environment, or in the command. */
function answerable(
  installation: string,
  manifests: readonly Manifest[],
  name: string,
  words: readonly string[],
): void {
  const pod = manifests.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name)?.spec?.template;
  const picked = pod?.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const containers = pod?.spec.containers ?? [];
  const container = containers.find((each) => each.name === picked) ?? containers[0];
  const variables = new Set((container?.env ?? []).map((each) => each.name));
  const [program = ''] = words.slice(words.indexOf('--') + 1);
  const wantsPassword = JSON.stringify(container ?? {}).includes('requirepass');
  if (program === 'redis-cli' && wantsPassword)
    must(variables.has('REDISCLI_AUTH'), `${name} of ${installation} wants a password`);
  if (words.join(' ').includes('curl') && variables.has('QDRANT_API_KEY'))
    must(words.join(' ').includes('api-key'), `${name} of ${installation} wants an api key`);
}
