import { describe, expect, it } from '@jest/globals';
import { toNamespace } from '@sfm/memory';
import type { AuthOptions, Credential } from '../options/auth.options.js';
import { CredentialVerifier } from './credential-verifier.js';

const verifierOf = (...credentials: Credential[]) => {
  const options: AuthOptions = {
    credentials,
    defaultNamespace: toNamespace('api_ns'),
    rateLimit: { max: 0, windowMs: 0 },
  };
  return new CredentialVerifier(options);
};

describe('CredentialVerifier', () => {
  it('names the credential of a token, with all scopes unless they are listed', () => {
    const verifier = verifierOf(
      { id: 'a', token: 'token-a', namespaces: '*' },
      { id: 'b', token: 'token-b', namespaces: [toNamespace('x')], scopes: ['read'] },
    );
    expect(verifier.verify('token-a')).toEqual({ credentialId: 'a', namespaces: '*', scopes: ['*'] });
    expect(verifier.verify('token-b')).toEqual({ credentialId: 'b', namespaces: ['x'], scopes: ['read'] });
  });

  it('knows a credential by any of its tokens, and by each as long as it is listed', () => {
    const root: Credential = { id: 'root', token: 'new-token', namespaces: '*' };
    const rotating = verifierOf({ ...root, otherTokens: ['old'] });
    expect(rotating.verify('old')).toEqual(rotating.verify('new-token'));
    expect(verifierOf(root).verify('old')).toBeUndefined();
    expect(() => verifierOf({ ...root, otherTokens: ['new-token'] })).toThrow('share an id or a token');
    expect(() => verifierOf({ ...root, otherTokens: [''] })).toThrow('empty id or token');
  });

  it.each(['', 'token-', 'token-aa', 'TOKEN-A', 'token-a\0', '\ud800'])('knows nobody called %j', (token) => {
    expect(verifierOf({ id: 'a', token: 'token-a', namespaces: '*' }).verify(token)).toBeUndefined();
  });

  it('tells tokens of different lengths apart, whatever the longest one is', () => {
    const verifier = verifierOf(
      { id: 'short', token: 'ä', namespaces: '*' },
      { id: 'long', token: 'ä'.repeat(20), namespaces: '*' },
    );
    for (let length = 1; length <= 21; length += 1) {
      const expected = { 1: 'short', 20: 'long' }[length];
      expect(verifier.verify('ä'.repeat(length))?.credentialId).toBe(expected);
    }
    for (const token of ['ä\0', 'ä\u00ff', 'äÿ', 'ä ']) expect(verifier.verify(token)).toBeUndefined();
  });

  it('lets nobody in when there are no credentials', () => {
    expect(verifierOf().verify('')).toBeUndefined();
  });

  it('refuses a scope that there is not, so that a slip does not silently lock somebody out', () => {
    const slip = JSON.parse('{"id": "a", "token": "t", "namespaces": "*", "scopes": ["read", "wirte"]}') as Credential;
    expect(() => verifierOf(slip)).toThrow('there is no scope wirte; known: *, read, write, admin');
  });

  it('refuses credentials that could be mistaken for each other', () => {
    const a: Credential = { id: 'a', token: 't', namespaces: '*' };
    expect(() => verifierOf(a, { ...a, id: 'b' })).toThrow('share an id or a token');
    expect(() => verifierOf(a, { ...a, token: 'u' })).toThrow('share an id or a token');
    expect(() => verifierOf({ ...a, token: '' })).toThrow('empty id or token');
  });
});
