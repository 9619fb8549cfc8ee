/** Who signs bearer tokens, and what their claims mean. */
export interface JwtOptions {
  /** The `iss` that tokens must have. */
  readonly issuer: string;
  /** One of these must be in `aud`. */
  readonly audiences: readonly string[];
  /** Where its keys are; undefined: where the discovery document of the issuer says. */
  readonly jwksUrl?: string;
  /** Claim with the scopes: a list, or a text with blanks between them. */
  readonly scopesClaim: string;
  /** What scopes of this service begin with there; others mean nothing here. */
  readonly scopePrefix: string;
  /** Claim with the namespaces: a list of patterns, or one. */
  readonly namespacesClaim: string;
}
