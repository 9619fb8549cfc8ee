import type { Namespace } from '../model/namespace.js';

/** What may be done: look at memories, change them, look after the whole service. None implies another. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a credential may do, and where. */
export interface Grant {
  /** Names the credential in logs and rate limits; never the token itself. */
  readonly credentialId: string;
  readonly namespaces: '*' | readonly Namespace[];
  /** `*` is every scope. */
  readonly scopes: readonly (Scope | '*')[];
}

/** Whom a token names, at work in one namespace. Every use case is called in somebody's name. */
export interface Principal extends Omit<Grant, 'credentialId'> {
  /** Undefined for nobody in particular: a caller without a token, where the operator lets them in. */
  readonly credentialId: string | undefined;
  /** The namespace it acts in: one that it may use. */
  readonly namespace: Namespace;
}

/** Whether the principal may do what takes this scope. */
export function hasScope({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes('*') || scopes.includes(scope);
}
