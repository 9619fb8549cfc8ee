import { LOCK_BOUNDS } from '@sfm/memory';
import { z } from 'zod';

const { maxOwnerLength, minTtl, maxTtl, maxWait } = LOCK_BOUNDS;

/** Names of locks, for the API document; the core checks the same. */
export const LOCK_NAME_SCHEMA = {
  type: 'string' as const,
  pattern: String.raw`^(?!soma:)[^\u0000/]{1,200}$`,
  description: 'At most 200 characters, percent-encoded; not beginning with `soma:`.',
  examples: ['kettle'],
};

const ownerField = () =>
  z
    .string()
    .min(1)
    .max(maxOwnerLength)
    .describe('Who holds it: whoever says the same is the same.')
    .meta({ pattern: String.raw`^[^\u0000]+$`, examples: ['agent-7'] });
/** Less than the largest integer that every client reads, which the document would take for no bound. */
const MAX_TOKEN = Number.MAX_SAFE_INTEGER - 1;
const tokenField = () =>
  z
    .int()
    .min(0)
    .max(MAX_TOKEN)
    .describe('Fencing token: of two holds of one lock, the later has the higher.')
    .meta({ examples: [42] });
const ttlField = () =>
  z.number().min(minTtl).max(maxTtl).default(10).describe('How long it is held unless renewed or released.');

export const AcquireLockSchema = z
  .strictObject({
    owner: ownerField().optional(),
    ttl_seconds: ttlField(),
    wait_seconds: z.number().min(0).max(maxWait).default(0).describe('How long to wait while others hold it.'),
  })
  .describe('A lock to acquire.')
  .meta({ examples: [{ owner: 'agent-7', ttl_seconds: 10, wait_seconds: 0 }] });
export type AcquireLockBody = z.output<typeof AcquireLockSchema>;

export const RenewLockSchema = z
  .strictObject({ owner: ownerField(), token: tokenField(), ttl_seconds: ttlField() })
  .describe('A lock to hold for longer.')
  .meta({ examples: [{ owner: 'agent-7', token: 42, ttl_seconds: 10 }] });
export type RenewLockBody = z.output<typeof RenewLockSchema>;

const name = () => z.string().describe('Name of the lock.');
const time = (description: string) => z.string().describe(`${description}, ISO 8601.`);

export const HeldLockSchema = z
  .object({
    name: name(),
    owner: ownerField(),
    token: tokenField(),
    acquired_at: time('Since when it is held'),
    expires_at: time('Until when, unless it is renewed'),
  })
  .describe('A lock that is held.')
  .meta({
    examples: [
      {
        name: 'kettle',
        owner: 'agent-7',
        token: 42,
        acquired_at: '2026-01-31T12:00:00.000Z',
        expires_at: '2026-01-31T12:00:10.000Z',
      },
    ],
  });

export const LockSchema = z
  .object({
    name: name(),
    held: z.boolean().describe('Whether anybody holds it.'),
    owner: z.string().nullable().describe('Who holds it.'),
    token: z.int().nullable().describe('Fencing token of the hold.'),
    acquired_at: z.string().nullable().describe('Since when it is held, ISO 8601.'),
    expires_at: z.string().nullable().describe('Until when, unless it is renewed, ISO 8601.'),
  })
  .describe('A lock, held or not.');

export const ReleasedLockSchema = z
  .object({ released: z.boolean().describe('false: it was not held with this owner and token any more.') })
  .describe('What became of a lock.')
  .meta({ examples: [{ released: true }] });
