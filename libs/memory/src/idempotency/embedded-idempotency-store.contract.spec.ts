import { describeIdempotencyStoreContract } from '../testing/contracts/idempotency-store.contract.js';
import { EmbeddedIdempotencyStore } from './embedded-idempotency-store.js';

describeIdempotencyStoreContract('the store of this process', async () => new EmbeddedIdempotencyStore());
