import { afterAll, beforeAll } from '@jest/globals';
import {
  describeChangeFeedContract,
  describeEventLedgerContract,
  describeMemoryReaderContract,
  describeMemoryWriterContract,
  describeOutboxContract,
  describePendingMemoriesContract,
  describeProjectionSourceContract,
} from '@sfm/memory/testing';
import { PostgresLedgerAccess } from '../../test/postgres-ledger-access.js';
import { openTruthDatabase, type TruthDatabase } from '../../test/truth-database.js';

let truth: TruthDatabase;
const adapters = () => truth.adapters;
const access = () => new PostgresLedgerAccess(truth.database);

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(async () => {
  await truth.close();
});

describeMemoryWriterContract('PostgresMemoryWriter', adapters);
describeMemoryReaderContract('PostgresMemoryReader', adapters);
describeOutboxContract('PostgresOutbox', adapters);
describeProjectionSourceContract('PostgresProjectionSource', adapters);
describePendingMemoriesContract('PostgresPendingMemories', adapters);
describeEventLedgerContract('PostgresEventLedger', adapters, access);
describeChangeFeedContract('PostgresChangeFeed', adapters, access);
