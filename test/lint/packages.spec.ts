import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
const WORKSPACES = ['libs', 'apps'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder)).map((name) => path.join(folder, name)),
);

/** Needed though no source names them: by the package that is given as the reason. */
const NEEDED_BY: Readonly<Record<string, string>> = {
  rxjs: '@nestjs/core',
  '@nestjs/core': '@nestjs/common',
  'reflect-metadata': '@nestjs/core',
  '@fastify/static': '@nestjs/swagger',
};

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

function sourcesOf(workspace: string): string {
  return ['src', 'test']
    .map((folder) => path.join(ROOT, workspace, folder))
    .flatMap((folder) => {
      try {
        return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file));
      } catch {
        return [];
      }
    })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('the packages of a workspace', () => {
  it.each(WORKSPACES)('are all used by %s', (workspace) => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, workspace, 'package.json'), 'utf8')) as Manifest;
    const sources = sourcesOf(workspace);
    const isImported = (name: string) => sources.includes(`'${name}'`) || sources.includes(`'${name}/`);
    const unused = Object.keys(manifest.dependencies ?? {}).filter((name) => {
      const user = NEEDED_BY[name];
      const isNeeded = user !== undefined && user in (manifest.dependencies ?? {});
      return !isImported(name) && !isNeeded && !name.startsWith('@types/');
    });
    expect(unused).toEqual([]);
  });
});
