import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { aliasOf, generationOf, isPhysicalOf, physicalName } from './collection-names.js';

describe('names of collections', () => {
  it('are the namespace itself where Qdrant allows it', () => {
    expect(aliasOf('api_ns')).toBe('api_ns');
    expect(aliasOf('Tenant-1.v2')).toBe('Tenant-1.v2');
  });

  it('are those of the documents', () => {
    const page = readFileSync(new URL('../../../../../docs/DEPLOYMENT.md', import.meta.url), 'utf8');
    const [, namespace = '', name] = /two hexadecimal digits a byte: `([^`]+)` is `([^`]+)`/.exec(page) ?? [];
    expect(aliasOf(namespace)).toBe(name);
  });

  it('write what Qdrant forbids so that no two namespaces get the same name', () => {
    expect(aliasOf('org:team')).toBe('org~3ateam');
    expect(aliasOf('a/ü')).toBe('a~2f~c3~bc');
    const names = ['a:b', 'a~3ab', 'a/b', 'a--12345678', 'a-~2d12345678', 'a~2d-12345678', 'a', 'a b', 'A', '~', '~7e'];
    const tenants = [
      'user@example.com',
      'acme/eu',
      'a+b/c=',
      '.',
      '..',
      '~2e',
      '-x',
      '日本語',
      'ü',
      '😀',
      '\u00fc\u0308',
    ];
    // What a long name is cut to is no name of another.
    const long = ':'.repeat(200);
    const all = [...names, ...tenants, long, aliasOf(long), `${long}.`];
    const aliases = all.map(aliasOf);
    expect(new Set(aliases).size).toBe(all.length);
    for (const alias of aliases) expect(alias).toMatch(/^[A-Za-z0-9_~][A-Za-z0-9_.~-]{0,199}$/);
  });

  it('keep a namespace that looks like a physical collection apart from it', () => {
    const lookalike = physicalName('a', 'space');
    expect(aliasOf(lookalike)).not.toBe(lookalike);
    expect(isPhysicalOf('a', aliasOf(lookalike))).toBe(false);
  });

  it('stay within what Qdrant allows, suffixes included', () => {
    const long = ':'.repeat(128);
    expect(physicalName(aliasOf(long), 'space', 1000).length).toBeLessThanOrEqual(255);
    expect(aliasOf(long)).not.toBe(aliasOf(`${long}:`));
  });

  it('tell spaces and generations apart, and whose collection one is', () => {
    const first = physicalName('ns', 'hash-v1:768');
    const rebuilt = physicalName('ns', 'hash-v1:768', 2);
    expect(first).toMatch(/^ns--[0-9a-f]{8}$/);
    expect(rebuilt).toBe(`${first}--r2`);
    expect(physicalName('ns', 'other')).not.toBe(first);
    expect([first, rebuilt].map(generationOf)).toEqual([0, 2]);
    expect([first, rebuilt].map((name) => isPhysicalOf('ns', name))).toEqual([true, true]);
    for (const other of ['ns', 'ns2--12345678', 'ns--backup', `ns--x--12345678`]) {
      expect(isPhysicalOf('ns', other)).toBe(false);
    }
  });
});
