import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError, NamespaceForbiddenError } from '../model/errors.js';
import { toNamespace } from '../model/namespace.js';
import { MAX_ALLOWED_NAMESPACES, mayUse, namespacePatterns, toAllowedNamespaces } from './allowed-namespaces.js';
import { resolveNamespace } from './resolve-namespace.js';

describe('namespaces that a credential may use', () => {
  it('are named exactly, by how they begin, or all', () => {
    const allowed = toAllowedNamespaces(['team-a', 'team-b:*']);
    const usable = (name: string) => mayUse(allowed, toNamespace(name));
    for (const name of ['team-a', 'team-b:', 'team-b:x', 'team-b:x:y', 'team-b:*']) expect(usable(name)).toBe(true);
    for (const name of ['team-a:x', 'team-ab', 'team-b', 'team-bx', 'Team-a', '*', 'team-*', 'xteam-b:x']) {
      expect(usable(name)).toBe(false);
    }
    expect(mayUse(toAllowedNamespaces(['a', '*']), toNamespace('anything'))).toBe(true);
    expect(mayUse([], toNamespace('a'))).toBe(false);
  });

  it('are said again as they were said', () => {
    for (const patterns of [['*'], ['a', 'b:*', 'c/d/*']]) {
      expect(namespacePatterns(toAllowedNamespaces(patterns))).toEqual(patterns);
    }
  });

  it.each(['team*', '*:team', 'te*am', 'team:**', '**', ':*x', 'a*b:*', '', ' ', 'a\n', '\u0000:*', ' a:*'])(
    'cannot be said as %j',
    (pattern) => {
      expect(() => toAllowedNamespaces(['ok', pattern])).toThrow(InvalidRequestError);
      expect(() => toAllowedNamespaces(['ok', pattern])).toThrow('namespaces.1');
    },
  );

  it('are at least one, and not too many', () => {
    expect(() => toAllowedNamespaces([])).toThrow(InvalidRequestError);
    expect(() => toAllowedNamespaces(Array(MAX_ALLOWED_NAMESPACES + 1).fill('a'))).toThrow('namespaces');
  });

  it('never come from the name of a namespace: one that holds a * is that one, and no pattern', () => {
    const starred = toNamespace('team-a:*');
    expect(mayUse([starred], toNamespace('team-a:x'))).toBe(false);
    expect(mayUse([starred], starred)).toBe(true);
    const home = toNamespace('home');
    expect(() => resolveNamespace([toNamespace('team-a:x')], 'team-a:*', home)).toThrow(NamespaceForbiddenError);
    expect(() => resolveNamespace([toNamespace('a')], '*', home)).toThrow(NamespaceForbiddenError);
  });

  it('that are prefixes only are none to act in by default, and any that begins so when it is named', () => {
    const allowed = toAllowedNamespaces(['team-a:*']);
    const home = toNamespace('home');
    expect(() => resolveNamespace(allowed, undefined, home)).toThrow(NamespaceForbiddenError);
    expect(resolveNamespace(allowed, 'team-a:x', home)).toBe('team-a:x');
    expect(resolveNamespace(allowed, undefined, toNamespace('team-a:home'))).toBe('team-a:home');
    expect(resolveNamespace(toAllowedNamespaces(['team-a:*', 'b']), undefined, home)).toBe('b');
  });
});
