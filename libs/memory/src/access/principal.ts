import type { Namespace } from '../model/namespace.js';
import type { AllowedNamespaces } from './allowed-namespaces.js';

/** Permissions: read memories, change them, administer the whole service. None implies another. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a credential permits, and in which namespaces. */
export interface Grant {
  /** Identifies the credential in logs and rate limits; never the token itself. */
  readonly credentialId: string;
  readonly namespaces: AllowedNamespaces;
  /** `*` means every scope. */
  readonly scopes: readonly (Scope | '*')[];
  /** Requests per route within the window of the service; that of the service when undefined. */
  readonly rateLimit?: number;
}

/** An authenticated caller acting in one namespace. Every use case runs on behalf of a principal. */
export interface Principal extends Omit<Grant, 'credentialId'> {
  /** Undefined for an anonymous caller (without a token), where the operator permits them. */
  readonly credentialId: string | undefined;
  /** The namespace it acts in, always one that it may use. */
  readonly namespace: Namespace;
}

/** Returns whether the principal has the scope. */
export function hasScope({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes('*') || scopes.includes(scope);
}
