import { AcquireLockSchema, HeldLockSchema, LockSchema, ReleasedLockSchema, RenewLockSchema } from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';

export const AcquireLockDoc = apiSchema('AcquireLock', AcquireLockSchema);
export const RenewLockDoc = apiSchema('RenewLock', RenewLockSchema);
export const HeldLockDoc = apiSchema('HeldLock', HeldLockSchema);
export const LockDoc = apiSchema('Lock', LockSchema);
export const ReleasedLockDoc = apiSchema('ReleasedLock', ReleasedLockSchema);

export const ReleaseLockQuerySchema = z.strictObject({
  owner: RenewLockSchema.shape.owner,
  token: z
    .custom<string>((text) => typeof text === 'string' && /^\d{1,15}$/.test(text), 'must be the token of the hold')
    .transform(Number)
    .meta({
      type: 'integer',
      minimum: 0,
      maximum: 999_999_999_999_999,
      description: 'Token of the hold.',
      examples: [42],
    }),
});
export type ReleaseLockQuery = z.output<typeof ReleaseLockQuerySchema>;
