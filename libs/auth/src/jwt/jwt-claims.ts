import {
  InvalidRequestError,
  RejectedTokenError,
  SCOPES,
  toAllowedNamespaces,
  type Grant,
  type Scope,
} from '@sfm/memory';
import type { JWTPayload } from 'jose';
import type { JwtOptions } from './jwt-options.js';

const MAX_SUBJECT_LENGTH = 255;

/** What the claims of a verified token permit. @throws RejectedTokenError when they say nothing that can be used */
export function grantOf(payload: JWTPayload, options: JwtOptions): Grant {
  const { sub = '' } = payload;
  if (sub === '' || sub.length > MAX_SUBJECT_LENGTH) {
    throw new RejectedTokenError(`its sub must be 1 to ${MAX_SUBJECT_LENGTH} characters`);
  }
  return { credentialId: `jwt:${sub}`, namespaces: namespacesOf(payload, options), scopes: scopesOf(payload, options) };
}

function namespacesOf(payload: JWTPayload, { namespacesClaim }: JwtOptions): Grant['namespaces'] {
  const claimed = valueAt(payload, namespacesClaim);
  const patterns = typeof claimed === 'string' ? [claimed] : claimed;
  if (!isTexts(patterns)) throw new RejectedTokenError(`its claim ${namespacesClaim} must list namespaces`);
  if (patterns.length === 0) return [];
  try {
    return toAllowedNamespaces(patterns, namespacesClaim);
  } catch (error) {
    throw error instanceof InvalidRequestError ? new RejectedTokenError(`its claim ${error.message}`) : error;
  }
}

function scopesOf(payload: JWTPayload, { scopesClaim, scopePrefix }: JwtOptions): readonly Scope[] {
  const claimed = valueAt(payload, scopesClaim);
  const names = typeof claimed === 'string' ? claimed.split(' ') : claimed;
  const scopes = isTexts(names) ? SCOPES.filter((scope) => names.includes(`${scopePrefix}${scope}`)) : [];
  if (scopes.length > 0) return scopes;
  const known = SCOPES.map((scope) => `${scopePrefix}${scope}`).join(', ');
  throw new RejectedTokenError(`its claim ${scopesClaim} has none of the scopes ${known}`);
}

/** A claim of this name, or else the one that a path of names leads to. */
function valueAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
