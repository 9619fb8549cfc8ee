import type { INestApplicationContext } from '@nestjs/common';
import { EventBusConnection } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { EventTopic, EventValidator } from '@sfm/events';
import { EventBus, EventReplay, Indexer, LedgerReplay, Outbox, type CoordinateId } from '@sfm/memory';
import { withConnection, withDataSource } from '../servers/with-database.js';
import { whileNobodyServes } from '../servers/while-nobody-serves.js';
import { configuredKafka } from '../servers/kafka.js';
import { processTerminal } from '../terminal/terminal.js';
import { replayContext } from './replay-context.js';

const PROGRESS_EVERY = 1000;
const EVENTS_PER_DRAIN = 500;

export type ReplaySource = 'topic' | 'ledger';

/** What a replay came to. */
export interface ReplayTotals {
  /** Events on the topic, or coordinates of the ledger. */
  read: number;
  /** Events whose effects the database did not have. */
  replayed: number;
  /** Memories that changed. */
  memories: number;
  unreadable: number;
  refused: number;
}

/** Brings the memories up to date from the topic or the ledger, indexes what changed and publishes what waits. */
export async function replay(from: ReplaySource): Promise<ReplayTotals> {
  const config = loadConfig(readEnvironment());
  const totals: ReplayTotals = { read: 0, replayed: 0, memories: 0, unreadable: 0, refused: 0 };
  const work = (context: INestApplicationContext) =>
    from === 'topic' ? replayTopic(config, context, totals) : replayLedger(context, totals);
  await withConnection(config, async (connection, isOwned) => {
    const run = () =>
      withDataSource(connection, async (dataSource) => {
        const context = await replayContext(config, dataSource);
        try {
          await work(context);
          await publish(context);
        } finally {
          await context.get(EventBusConnection, { strict: false }).close();
          await context.close();
        }
      });
    await (isOwned ? run() : whileNobodyServes(connection, run));
  });
  return totals;
}

async function replayTopic(config: AppConfig, context: INestApplicationContext, totals: ReplayTotals): Promise<void> {
  const kafka = configuredKafka(config);
  if (!kafka) throw new Error('Kafka is not configured (KAFKA_BOOTSTRAP_SERVERS): there is nothing to replay from');
  const topic = new EventTopic(kafka, {
    topic: config.kafka.memoryEventsTopic,
    rules: { validator: new EventValidator(), maxDimensions: config.limits.coordinateDimensions },
    groupPrefix: 'soma-replay',
  });
  const events = context.get(EventReplay, { strict: false });
  await topic.read(async (records) => events.note(records));
  await topic.read(async (records, unreadable) => {
    const { replayed, memories, refused } = await events.replay(records);
    for (const { eventId, reason } of refused) processTerminal.note(`refused ${eventId}: ${reason}`);
    await index(context, memories);
    totals.replayed += replayed;
    totals.memories += memories.length;
    totals.unreadable += unreadable;
    totals.refused += refused.length;
    noteProgress(totals, totals.read + records.length, 'events read');
  });
}

async function replayLedger(context: INestApplicationContext, totals: ReplayTotals): Promise<void> {
  const outcome = await context.get(LedgerReplay, { strict: false }).replay({
    onRestored: async (memories, read) => {
      await index(context, memories);
      noteProgress(totals, read, 'coordinates read');
    },
    onUnreadable: ({ namespace, key, reason }) => processTerminal.note(`${namespace} ${key}: ${reason}`),
  });
  totals.memories = outcome.restored;
  totals.unreadable = outcome.unreadable;
}

function noteProgress(totals: ReplayTotals, read: number, what: string): void {
  const before = Math.floor(totals.read / PROGRESS_EVERY);
  totals.read = read;
  if (Math.floor(read / PROGRESS_EVERY) > before) processTerminal.note(`${read} ${what}`);
}

/** @throws IndexUnavailableError and others of the servers: run it again, what was replayed stays */
async function index(context: INestApplicationContext, memories: readonly CoordinateId[]): Promise<void> {
  if (memories.length === 0) return;
  for (const { item, reason } of await context.get(Indexer, { strict: false }).refresh(memories)) {
    processTerminal.note(`${item.namespace} ${item.key} cannot be indexed: ${reason}`);
  }
}

/** Events that wait, those of a backup among them, go where a relay would bring them. */
async function publish(context: INestApplicationContext): Promise<void> {
  const outbox = context.get(Outbox, { strict: false });
  const bus = context.get(EventBus, { strict: false });
  while ((await outbox.drain(EVENTS_PER_DRAIN, (records) => bus.publish(records))) > 0);
}
