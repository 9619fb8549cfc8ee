import { afterAll, beforeAll } from '@jest/globals';
import {
  describeNamespaceCopyContract,
  describeNamespaceMovesContract,
  describePortabilityContract,
} from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresNamespaceLock } from '../locks/postgres-namespace-lock.js';
import { PostgresNamespaceMoves } from '../moves/postgres-namespace-moves.js';
import { PostgresNamespaceCopies } from '../namespaces/postgres-namespace-copies.js';
import { PostgresExportSource } from './postgres-export-source.js';
import { PostgresImportTarget } from './postgres-import-target.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(() => truth.close());

describePortabilityContract(
  'PostgresExportSource and PostgresImportTarget',
  () => truth.adapters,
  () => ({
    source: new PostgresExportSource(truth.database),
    target: new PostgresImportTarget(truth.database),
    lock: new PostgresNamespaceLock(truth.database),
    wipe: (namespace) =>
      truth.database.transaction(async (run) => {
        await run({ text: `SET LOCAL soma.erasure = 'on'` });
        for (const table of ['memory_links', 'memories', 'memory_events']) {
          await run({ text: `DELETE FROM ${table} WHERE namespace = $1`, values: [namespace] });
        }
      }),
  }),
);

describeNamespaceCopyContract(
  'PostgresNamespaceCopies',
  () => truth.adapters,
  () => ({
    source: new PostgresExportSource(truth.database),
    target: new PostgresImportTarget(truth.database),
    lock: new PostgresNamespaceLock(truth.database),
    copies: new PostgresNamespaceCopies(truth.database),
  }),
);

describeNamespaceMovesContract(
  'PostgresNamespaceMoves',
  () => truth.adapters,
  () => ({
    source: new PostgresExportSource(truth.database),
    lock: new PostgresNamespaceLock(truth.database),
    moves: new PostgresNamespaceMoves(truth.database),
  }),
);
