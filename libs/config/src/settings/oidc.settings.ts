import { list, text, url } from '../kinds/setting-kinds.js';

const CLAIM = /^[^\s]{1,200}$/;

/** Bearer tokens that somebody else signs. */
export const oidcSettings = {
  issuer: url({
    name: 'SOMA_OIDC_ISSUER',
    schemes: ['https', 'http'],
    fallback: undefined,
    description:
      'Issuer of JSON Web Tokens that are accepted as bearer tokens: their claim iss, letter by letter. Unset: none are.',
  }),
  audiences: list({
    name: 'SOMA_OIDC_AUDIENCE',
    fallback: [],
    allowed: 'a comma list of audiences; or none',
    item: (value) => (value === '' ? undefined : value),
    description: 'One of these must be in the claim aud of a token. Needed with SOMA_OIDC_ISSUER.',
  }),
  jwksUrl: url({
    name: 'SOMA_OIDC_JWKS_URL',
    schemes: ['https', 'http'],
    fallback: undefined,
    description:
      'Where the keys of the issuer are. Unset: where its document /.well-known/openid-configuration says. They are got when ' +
      'the first token comes, kept for ten minutes, and got again for a key that is new.',
  }),
  scopesClaim: text({
    name: 'SOMA_OIDC_SCOPES_CLAIM',
    fallback: 'scope',
    pattern: CLAIM,
    allowed: 'the name of a claim, or a path of names between dots',
    description: 'Claim that holds the scopes: a list, or a text with blanks between them.',
  }),
  scopePrefix: text({
    name: 'SOMA_OIDC_SCOPE_PREFIX',
    fallback: 'soma:',
    pattern: /^[^\s]{1,100}$/,
    allowed: '1 to 100 characters without blanks',
    description: 'What the scopes of this service begin with there: soma:read, soma:write, soma:admin.',
  }),
  namespacesClaim: text({
    name: 'SOMA_OIDC_NAMESPACES_CLAIM',
    fallback: 'soma_namespaces',
    pattern: CLAIM,
    allowed: 'the name of a claim, or a path of names between dots',
    description: 'Claim that holds the namespaces: a list of names and patterns such as team-a:*, or one of them.',
  }),
};
