import { MAX_ALLOWED_NAMESPACES, NAMESPACE_PATTERN_RULE, SCOPES } from '@sfm/memory';
import { z } from 'zod';
import { futureInstant } from './fields.js';

/** Longest name of a key, characters. */
const MAX_NAME = 100;
const MAX_RATE = 100_000_000;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const SECRET = 'sfm_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

const scopes = () => z.array(z.enum(SCOPES)).min(1).max(SCOPES.length);
const patterns = () => z.array(z.string().min(1)).min(1).max(MAX_ALLOWED_NAMESPACES);

export const NewKeySchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(MAX_NAME)
      .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'must hold no control characters')
      .describe('For people; several keys may have the same.')
      .meta({ pattern: String.raw`^[^\u0000-\u001f\u007f]+$` }),
    scopes: scopes().describe('What it permits; none implies another. At most what your own credential permits.'),
    namespaces: patterns()
      .describe(`Where it permits it: ${NAMESPACE_PATTERN_RULE}.`)
      .meta({ items: { type: 'string', pattern: String.raw`^([a-z0-9-]{1,20}|[a-z0-9-]{1,20}:\*|\*)$` } }),
    expires_at: futureInstant('Until when; never when null or left out.')
      .nullable()
      .default(null)
      .describe('Until when; never when null or left out.'),
    rate_limit: z
      .int()
      .min(1)
      .max(MAX_RATE)
      .nullable()
      .default(null)
      .describe('Requests per route within `SOMA_RATE_LIMIT_WINDOW_SECONDS`, instead of `SOMA_RATE_LIMIT_MAX`.'),
  })
  .describe('An API key to make.')
  .meta({ examples: [{ name: 'kettle', scopes: ['read', 'write'], namespaces: ['kitchen', 'team-a:*'] }] });
export type NewKeyBody = z.output<typeof NewKeySchema>;

const time = (description: string) => z.string().nullable().describe(`${description}, ISO 8601; null: not yet.`);
const EXAMPLE = {
  ...{ id: ID, name: 'kettle', prefix: '0123456789ab', scopes: ['read', 'write'], namespaces: ['kitchen', 'team-a:*'] },
  ...{ rate_limit: null, expires_at: null, created_at: '2026-01-31T12:00:00.000Z', created_by: 'default' },
  ...{ rotated_at: null, last_used_at: null, revoked_at: null, state: 'active' },
};

const keyFields = {
  id: z.string().describe('Names it in routes, logs and the audit log.'),
  name: z.string().describe('For people.'),
  prefix: z.string().describe('Which secret: what stands between the `_` of it.'),
  scopes: scopes().describe('What it permits.'),
  namespaces: patterns().describe('Where it permits it.'),
  rate_limit: z.int().nullable().describe('Its own limit of requests; null: that of the service.'),
  expires_at: z.string().nullable().describe('Until when, ISO 8601; null: for ever.'),
  created_at: z.string().describe('When it was made, ISO 8601.'),
  created_by: z.string().nullable().describe('Id of the credential that made it.'),
  rotated_at: time('When its secret was last replaced'),
  last_used_at: time('When it was last used, to a minute'),
  revoked_at: time('When it was revoked'),
  state: z.enum(['active', 'expired', 'revoked']).describe('Whether it can be used.'),
};

export const KeySchema = z
  .object(keyFields)
  .describe('An API key.')
  .meta({ examples: [EXAMPLE] });

export const IssuedKeySchema = z
  .object({ ...keyFields, secret: z.string().describe('The bearer token. It is shown this once.') })
  .describe('An API key with its secret.')
  .meta({ examples: [{ ...EXAMPLE, secret: SECRET }] });

export const KeyPageSchema = z
  .object({
    keys: z.array(KeySchema).describe('In the order they were made; revoked and expired ones too.'),
    next_after: z.string().nullable().describe('Asks for the next page as `after`; null on the last.'),
  })
  .describe('A page of API keys.')
  .meta({ examples: [{ keys: [EXAMPLE], next_after: null }] });

/** The id of a key in a path, for the API document. */
export const KEY_ID_SCHEMA = { type: 'string' as const, format: 'uuid', description: 'Id of the key.', examples: [ID] };
