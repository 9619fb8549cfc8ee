import { afterAll, beforeAll } from '@jest/globals';
import {
  describeAccessCounterContract,
  describeChangeFeedContract,
  describeChangeLogContract,
  describeConsolidationRunsContract,
  describeCredentialsContract,
  describeCoordinateSearchContract,
  describeDecayingMemoriesContract,
  describeEventLedgerContract,
  describeExpiredMemoriesContract,
  describeIdempotencyStoreContract,
  describeImportanceStatesContract,
  describeNamespaceStoreContract,
  describeKeywordSearchContract,
  describeLifecycleScheduleContract,
  describeLinksContract,
  describeMemoryCatalogContract,
  describeMemoryHistoryContract,
  describeMemoryReaderContract,
  describeMemorySelectionContract,
  describeMemoryWriterContract,
  describeNamedLocksContract,
  describeOutboxContract,
  describePastMemoriesContract,
  describePendingMemoriesContract,
  describeProjectionSourceContract,
  describeReplayContract,
  describeWritePositionsContract,
  describeValidityContract,
  describeRetainedMemoriesContract,
  describeRetentionPoliciesContract,
  type ReplayAdapters,
} from '@sfm/memory/testing';
import { PostgresApiKeys } from './credentials/postgres-api-keys.js';
import { PostgresAuditLog } from './credentials/postgres-audit-log.js';
import { PostgresConsolidationRuns } from './consolidation/postgres-consolidation-runs.js';
import { PostgresIdempotencyStore } from './idempotency/postgres-idempotency-store.js';
import { PostgresChangeLog } from './ledger/postgres-change-log.js';
import { PostgresNamedLocks } from './locks/postgres-named-locks.js';
import { PostgresMemorySelection } from './reading/postgres-memory-selection.js';
import { PostgresLedgerReader } from './replay/postgres-ledger-reader.js';
import { PostgresTruthRestorer } from './replay/postgres-truth-restorer.js';
import { PostgresLedgerAccess } from '../../test/postgres-ledger-access.js';
import { openTruthDatabase, type TruthDatabase } from '../../test/truth-database.js';

let truth: TruthDatabase;
const adapters = () => truth.adapters;
const replay = (): ReplayAdapters => ({
  restorer: new PostgresTruthRestorer(truth.database),
  ledgerReader: new PostgresLedgerReader(truth.database),
  lose: async (namespace, also) => {
    for (const table of ['memories', 'memory_links']) {
      await truth.database.query({ text: `DELETE FROM ${table} WHERE namespace = $1`, values: [namespace] });
    }
    if (also !== 'ledger') return;
    await truth.database.transaction(async (run) => {
      await run({ text: `SET LOCAL soma.erasure = 'on'` });
      await run({ text: 'DELETE FROM memory_events WHERE namespace = $1', values: [namespace] });
    });
  },
});
const access = () => new PostgresLedgerAccess(truth.database);

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(async () => {
  await truth.close();
});

describeMemoryWriterContract('PostgresMemoryWriter', adapters);
describeMemoryReaderContract('PostgresMemoryReader', adapters);
describeMemoryHistoryContract('PostgresMemoryHistory', adapters);
describePastMemoriesContract('PostgresPastMemories', adapters);
describeMemoryCatalogContract('PostgresMemoryCatalog', adapters);
describeMemorySelectionContract('PostgresMemorySelection', adapters, () => new PostgresMemorySelection(truth.database));
describeMemorySelectionContract(
  'PostgresMemorySelection on a large table',
  adapters,
  () => new PostgresMemorySelection(truth.database, 0),
);
describeCoordinateSearchContract('PostgresCoordinateSearch', adapters);
describeKeywordSearchContract('PostgresKeywordSearch', adapters);
describeAccessCounterContract('PostgresAccessCounter', adapters);
describeCredentialsContract('PostgreSQL', () => ({
  keys: new PostgresApiKeys(truth.database),
  log: new PostgresAuditLog(truth.database),
}));
describeNamespaceStoreContract('PostgresNamespaceStore', adapters);
describeImportanceStatesContract('PostgresImportanceStates', adapters);
describeOutboxContract('PostgresOutbox', adapters);
describeProjectionSourceContract('PostgresProjectionSource', adapters);
describePendingMemoriesContract('PostgresPendingMemories', adapters);
describeEventLedgerContract('PostgresEventLedger', adapters, access);
describeExpiredMemoriesContract('PostgresExpiredMemories', adapters);
const schedule = async () => {
  await truth.database.query({ text: `UPDATE lifecycle_lease SET held_until = '-infinity'` });
  await truth.database.query({ text: 'UPDATE lifecycle_jobs SET due_at = now()' });
  return truth.adapters.lifecycle.schedule;
};
describeLifecycleScheduleContract('PostgresLifecycleSchedule', schedule);
describeRetainedMemoriesContract('PostgresRetainedMemories', adapters, { schedule, access });
describeDecayingMemoriesContract('PostgresDecayingMemories', adapters);
describeRetentionPoliciesContract('PostgresRetentionPolicies', () => truth.adapters.lifecycle.policies, access);
describeLinksContract('PostgresLinkWriter and PostgresLinkReader', adapters, access);
describeChangeFeedContract('PostgresChangeFeed', adapters, access);
describeChangeLogContract('PostgresChangeLog', adapters, { access, log: () => new PostgresChangeLog(truth.database) });
describeNamedLocksContract('PostgresNamedLocks', () => [
  new PostgresNamedLocks(truth.database),
  new PostgresNamedLocks(truth.database),
]);
describeConsolidationRunsContract('PostgresConsolidationRuns', () => new PostgresConsolidationRuns(truth.database));
describeWritePositionsContract('PostgresWritePositions', adapters);
describeReplayContract('PostgresTruthRestorer and PostgresLedgerReader', adapters, replay);
describeValidityContract('PostgreSQL', adapters, access);
describeIdempotencyStoreContract('PostgresIdempotencyStore', async () => {
  await truth.database.query({ text: 'TRUNCATE idempotency_keys' });
  return new PostgresIdempotencyStore(truth.database);
});
