import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { renderConfigurationDocs } from '@sfm/config';
import { parse } from 'yaml';
import { REPOSITORY } from '../services/repository.js';

const VARIABLE = /\b[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+\b/g;

export function read(name: string): string {
  return readFileSync(path.join(REPOSITORY, name), 'utf8');
}

export function exists(name: string): boolean {
  return existsSync(path.join(REPOSITORY, name));
}

/** Environment variables: the table of settings, and what Compose, the images, the chart and the manifests read. */
export function knownVariables(): ReadonlySet<string> {
  const files = [
    'docker-compose.yml',
    '.env.example',
    'Dockerfile.runtime',
    ...filesIn('docker'),
    ...filesIn('k8s'),
    ...filesIn('bench'),
  ];
  const chart = ['helm/values.yaml', ...filesIn('helm/templates')];
  const texts = [...files, ...chart].filter((name) => !name.endsWith('.md')).map(read);
  return new Set([renderConfigurationDocs(), ...texts].flatMap((text) => text.match(VARIABLE) ?? []));
}

/** Default of each setting, without its unit, as the table of settings says it. */
export function settingDefaults(): ReadonlyMap<string, string> {
  const rows = renderConfigurationDocs().matchAll(/^\| `([A-Z0-9_]+)` \| `([^`]*)`/gm);
  return new Map([...rows].map(([, name = '', value = '']) => [name, value]));
}

export function makeTargets(): ReadonlySet<string> {
  const texts = ['Makefile', ...filesIn('make')].map(read);
  return new Set(texts.flatMap((text) => [...text.matchAll(/^([a-z0-9-]+):/gm)].map(([, name = '']) => name)));
}

/** Names in lower case that programs, Compose and the chart use: our metrics are among them, and services and properties. */
export function namesInSources(): ReadonlySet<string> {
  const sources = ['apps', 'libs']
    .flatMap(filesIn)
    .filter((name) => /\/src\/.*\.ts$/.test(name) && !name.includes('.spec.'));
  const texts = [...sources, 'docker-compose.yml', 'helm/values.yaml'].map(read);
  return new Set(texts.flatMap((text) => text.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g) ?? []));
}

/** True when the chart has a value under this path; keys of free maps such as `env` are judged elsewhere. */
export function isChartValue(dotted: string): boolean {
  let at: unknown = parse(read('helm/values.yaml'));
  for (const key of dotted.split('.')) {
    if (typeof at !== 'object' || at === null || !(key in at)) return /^(env|secret\.data)\./.test(dotted);
    at = Reflect.get(at, key);
  }
  return true;
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(REPOSITORY, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    return entry.isDirectory() ? filesIn(name) : [name];
  });
}
