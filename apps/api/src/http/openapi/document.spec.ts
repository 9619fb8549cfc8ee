import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { previewOpenApi } from '../preview-openapi.js';

const repository = new URL('../../../../../', import.meta.url);
let document: OpenAPIObject;
let version: string;

beforeAll(async () => {
  const manifest: unknown = JSON.parse(await readFile(new URL('package.json', repository), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) throw new Error('no version');
  version = String(manifest.version);
  document = await previewOpenApi(version);
});

it('is the committed document (npm run build && node scripts/generate-openapi.mjs writes it)', async () => {
  const committed: unknown = JSON.parse(await readFile(new URL('docs/openapi.json', repository), 'utf8'));
  expect(JSON.parse(JSON.stringify(document))).toEqual(committed);
});

describe('two independent validators accept it', () => {
  it('the JSON Schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('the linter of Redocly', async () => {
    const config = await createConfig({
      extends: ['spec'],
      rules: {
        'operation-operationId': 'error',
        'operation-operationId-unique': 'error',
        'operation-summary': 'error',
        'no-unused-components': 'error',
        'no-ambiguous-paths': 'off',
        'tag-description': 'error',
        'no-invalid-schema-examples': 'error',
      },
    });
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
    expect(problems.map(({ message, location }) => `${location[0]?.pointer}: ${message}`)).toEqual([]);
  });

  it('refuse a broken one', async () => {
    const broken = { ...document, paths: { '/x': { get: { responses: { 200: {} } } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
    const config = await createConfig({ extends: ['spec'] });
    expect(await lintFromString({ source: JSON.stringify(broken), absoluteRef: 'openapi.json', config })).not.toEqual(
      [],
    );
  });
});

describe('every part is explained', () => {
  it('all properties, parameters and answers have a description', () => {
    expect(undescribed(document)).toEqual([]);
  });

  it('all request bodies have an example or properties that do', () => {
    const bodies = Object.values(document.paths).flatMap((path) =>
      Object.values(path).flatMap((operation: { requestBody?: unknown }) => operation.requestBody ?? []),
    );
    expect(bodies.length).toBeGreaterThan(10);
    for (const body of bodies) expect(exampleOf(body)).not.toBe('');
  });

  it('all operations but the open ones need the bearer token', () => {
    const open = Object.entries(document.paths)
      .filter(([, path]) =>
        Object.values(path).some((operation: { security?: unknown }) => operation.security === undefined),
      )
      .map(([path]) => path)
      .sort();
    expect(open).toEqual(['/', '/health', '/health/basic', '/healthz', '/metrics', '/ping', '/readyz']);
  });
});

/** Pointers of properties, parameters and responses without a description. */
function undescribed(node: unknown, pointer = '#'): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const missing: string[] = [];
  for (const [key, value] of Object.entries(node)) {
    const here = `${pointer}/${key}`;
    if (key === 'examples' || key === 'example') continue;
    if (key === 'properties' || key === 'responses') {
      for (const [name, member] of Object.entries(value as object))
        if (!isDescribed(member)) missing.push(`${here}/${name}`);
    }
    if (key === 'parameters')
      missing.push(
        ...(value as unknown[]).filter((one) => !isDescribed(one)).map((one) => `${here} ${JSON.stringify(one)}`),
      );
    missing.push(...undescribed(value, here));
  }
  return missing;
}

function isDescribed(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return (
    '$ref' in node || ('description' in node && typeof node.description === 'string' && node.description.length > 3)
  );
}

function exampleOf(body: unknown): string {
  const text = JSON.stringify(body);
  if (text.includes('"examples"')) return text;
  const id = /#\/components\/schemas\/(\w+)/.exec(text)?.[1] ?? '';
  const schema = JSON.stringify(document.components?.schemas?.[id] ?? {});
  return schema.includes('"examples"') || schema.includes('$ref') ? schema : '';
}
