import { foreignEventRecorder } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { EventTopic, EventValidator } from '@sfm/events';
import { ImportanceNormalizers, LedgerReplay } from '@sfm/memory';
import {
  PostgresDatabase,
  PostgresEventLedger,
  PostgresMemoryReader,
  PostgresProjectionSource,
  type StorageModuleOptions,
} from '@sfm/storage';
import { configuredKafka } from '../kafka.js';
import { withDatabase } from '../db/with-database.js';
import { processTerminal } from '../terminal.js';

const PROGRESS_EVERY = 1000;

/** What a replay came to. */
export interface ReplayTotals {
  read: number;
  replayed: number;
  unreadable: number;
  refused: number;
}

/** Records the events on the topic that the database does not have. */
export async function replay(): Promise<ReplayTotals> {
  const config = loadConfig(readEnvironment());
  const kafka = configuredKafka(config);
  if (!kafka) throw new Error('Kafka is not configured (KAFKA_BOOTSTRAP_SERVERS): there is nothing to replay from');
  const topic = new EventTopic(kafka, {
    topic: config.kafka.memoryEventsTopic,
    rules: { validator: new EventValidator(), maxDimensions: config.limits.coordinateDimensions },
    groupPrefix: 'soma-replay',
  });
  const totals: ReplayTotals = { read: 0, replayed: 0, unreadable: 0, refused: 0 };
  await withDatabase(async (dataSource) => {
    const ledger = replayInto(config, dataSource);
    await topic.read(async (records, unreadable) => {
      const { replayed, refused } = await ledger.replay(records);
      for (const { eventId, reason } of refused) processTerminal.note(`refused ${eventId}: ${reason}`);
      const before = Math.floor(totals.read / PROGRESS_EVERY);
      totals.read += records.length;
      totals.replayed += replayed;
      totals.unreadable += unreadable;
      totals.refused += refused.length;
      if (Math.floor(totals.read / PROGRESS_EVERY) > before) processTerminal.note(`${totals.read} events read`);
    });
  });
  return totals;
}

function replayInto(config: AppConfig, dataSource: StorageModuleOptions['dataSource']): LedgerReplay {
  const database = new PostgresDatabase(dataSource);
  const normalizers = new ImportanceNormalizers(new PostgresMemoryReader(database));
  const recorder = foreignEventRecorder(config, new PostgresEventLedger(database), normalizers);
  return new LedgerReplay(new PostgresProjectionSource(database), recorder);
}
