import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AccessCounter,
  CoordinateSearch,
  ImportanceStates,
  KeywordSearch,
  MemoryCatalog,
  MemoryReader,
  MemoryWriter,
  Outbox,
  PendingMemories,
  ProjectionSource,
} from '@sfm/memory';
import { DataSource } from 'typeorm';
import { openTruthDatabase, type TruthDatabase } from '../../test/truth-database.js';
import { PostgresHealth } from './connection/postgres-health.js';
import { PostgresAccessCounter } from './reading/postgres-access-counter.js';
import { PostgresCoordinateSearch } from './reading/postgres-coordinate-search.js';
import { PostgresImportanceStates } from './importance/postgres-importance-states.js';
import { PostgresKeywordSearch } from './reading/postgres-keyword-search.js';
import { PostgresMemoryCatalog } from './reading/postgres-memory-catalog.js';
import { PostgresMemoryReader } from './reading/postgres-memory-reader.js';
import { PostgresMemoryWriter } from './writing/postgres-memory-writer.js';
import { PostgresOutbox } from './outbox/postgres-outbox.js';
import { PostgresPendingMemories } from './projection/postgres-pending-memories.js';
import { PostgresProjectionSource } from './projection/postgres-projection-source.js';
import { StorageModule } from './storage.module.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase({ migrate: false });
});
afterAll(async () => {
  await truth.close();
});

@Injectable()
class UseCase {
  constructor(
    readonly writer: MemoryWriter,
    readonly health: PostgresHealth,
  ) {}
}

async function boundBy(storage: DynamicModule) {
  @Module({ imports: [storage], providers: [UseCase] })
  class App {}
  return Test.createTestingModule({ imports: [App] }).compile();
}

describe('StorageModule', () => {
  it('binds every storage port to PostgreSQL', async () => {
    const app = await boundBy(StorageModule.forRoot({ dataSource: truth.dataSource }));
    expect(app.get(MemoryWriter)).toBeInstanceOf(PostgresMemoryWriter);
    expect(app.get(MemoryReader)).toBeInstanceOf(PostgresMemoryReader);
    expect(app.get(MemoryCatalog)).toBeInstanceOf(PostgresMemoryCatalog);
    expect(app.get(CoordinateSearch)).toBeInstanceOf(PostgresCoordinateSearch);
    expect(app.get(KeywordSearch)).toBeInstanceOf(PostgresKeywordSearch);
    expect(app.get(AccessCounter)).toBeInstanceOf(PostgresAccessCounter);
    expect(app.get(ImportanceStates)).toBeInstanceOf(PostgresImportanceStates);
    expect(app.get(PendingMemories)).toBeInstanceOf(PostgresPendingMemories);
    expect(app.get(ProjectionSource)).toBeInstanceOf(PostgresProjectionSource);
    expect(app.get(Outbox)).toBeInstanceOf(PostgresOutbox);
    expect(await app.get(UseCase).health.check()).toBeGreaterThan(0);
    await app.close();
    expect(truth.dataSource.isInitialized).toBe(true);
  });

  it('takes a data source that is made later', async () => {
    const app = await boundBy(StorageModule.forRootAsync({ useFactory: () => Promise.resolve(truth.dataSource) }));
    expect(app.get(DataSource)).toBe(truth.dataSource);
    expect(app.get(UseCase).writer).toBeInstanceOf(PostgresMemoryWriter);
    await app.close();
  });
});
