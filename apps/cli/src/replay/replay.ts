import {
  eventTopic,
  withConnection,
  withDataSource,
  withReplay,
  type CompleteOptions,
  type ReplayServices,
} from '@sfm/composition';
import type { CoordinateId, ReplayOutcome, UnreadableEntry } from '@sfm/memory';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD, QUIET } from '../servers/loggers.js';
import { whileNobodyServes } from '../servers/while-nobody-serves.js';
import { processTerminal } from '../terminal/terminal.js';

const PROGRESS_EVERY = 1000;
const EVENTS_PER_DRAIN = 500;

export type ReplaySource = 'topic' | 'ledger';

/** Result of a replay. */
export interface ReplayTotals {
  /** Events on the topic, or coordinates in the ledger. */
  read: number;
  /** Events whose effects were missing in the database. */
  replayed: number;
  /** Memories that changed. */
  memories: number;
  /** Links that changed. */
  links: number;
  unreadable: number;
  refused: number;
  /** Refused events that belong to a history the database did not accept. */
  diverged: number;
  /** Changed memories that could not be indexed. */
  unindexed: number;
  /** Events that still wait for the event bus. */
  waiting: number;
}

/** Updates memories and links from the topic or the ledger, indexes the changes and publishes waiting events. */
export async function replay(from: ReplaySource): Promise<ReplayTotals> {
  const system = configuredSystem();
  const totals: ReplayTotals = {
    read: 0,
    replayed: 0,
    memories: 0,
    links: 0,
    unreadable: 0,
    refused: 0,
    diverged: 0,
    unindexed: 0,
    waiting: 0,
  };
  const work = (services: ReplayServices) =>
    from === 'topic' ? replayTopic(system, services, totals) : replayLedger(services, totals);
  await withConnection(system.truth, HEARD, async (connection, isOwned) => {
    const run = () =>
      withDataSource(connection, system.truth, (dataSource) =>
        withReplay(system, dataSource, async (services) => {
          await work(services);
          totals.waiting = await publish(services);
        }),
      );
    await (isOwned ? run() : whileNobodyServes(connection, run));
  });
  return totals;
}

async function replayTopic(
  { events, clientName, limits: { maxDimensions } }: CompleteOptions,
  services: ReplayServices,
  totals: ReplayTotals,
): Promise<void> {
  if (events.kind !== 'kafka') {
    throw new Error('Kafka is not configured (KAFKA_BOOTSTRAP_SERVERS): there is nothing to replay from');
  }
  const topic = eventTopic({ events, clientName, log: QUIET, maxDimensions });
  await topic.read(async (records) => services.events.note(records));
  const apply = async (outcome: ReplayOutcome) => {
    const { replayed, memories, refused, diverged } = outcome;
    for (const { eventId, reason } of refused) processTerminal.note(`refused ${eventId}: ${reason}`);
    await index(services, memories, totals);
    totals.replayed += replayed;
    totals.memories += memories.length;
    totals.refused += refused.length;
    totals.diverged += diverged;
  };
  await topic.read(async (records, unreadable) => {
    await apply(await services.events.replayOwn(records));
    totals.unreadable += unreadable;
    noteProgress(totals, totals.read + records.length, 'events read');
  });
  // Between the memories of our own events, which links are made between, and what other producers did to these since.
  await replayLinks(services, totals);
  await topic.read(async (records) => apply(await services.events.replayForeign(records)));
}

async function replayLedger(services: ReplayServices, totals: ReplayTotals): Promise<void> {
  const outcome = await services.ledger.replay({
    onRestored: async (memories, read) => {
      await index(services, memories, totals);
      noteProgress(totals, read, 'coordinates read');
    },
    onUnreadable: noteUnreadable,
  });
  totals.memories = outcome.restored;
  totals.unreadable = outcome.unreadable;
  await replayLinks(services, totals);
}

async function replayLinks({ links }: ReplayServices, totals: ReplayTotals): Promise<void> {
  const { restored, unreadable } = await links.replay({ onUnreadable: noteUnreadable });
  totals.links = restored;
  totals.unreadable += unreadable;
}

function noteUnreadable({ namespace, key, reason }: UnreadableEntry): void {
  processTerminal.note(`${namespace} ${key}: ${reason}`);
}

function noteProgress(totals: ReplayTotals, read: number, what: string): void {
  const before = Math.floor(totals.read / PROGRESS_EVERY);
  totals.read = read;
  if (Math.floor(read / PROGRESS_EVERY) > before) processTerminal.note(`${read} ${what}`);
}

/** @throws IndexUnavailableError and other server errors: run it again, replayed events stay applied */
async function index(
  { indexer }: ReplayServices,
  memories: readonly CoordinateId[],
  totals: ReplayTotals,
): Promise<void> {
  if (memories.length === 0) return;
  for (const { item, reason } of await indexer.refresh(memories)) {
    totals.unindexed += 1;
    processTerminal.note(`${item.namespace} ${item.key} cannot be indexed: ${reason}`);
  }
}

/** Publishes waiting events, including those from a backup, as a relay would. Resolves with how many still wait. */
async function publish({ outbox, bus }: ReplayServices): Promise<number> {
  while ((await outbox.drain(EVENTS_PER_DRAIN, (records) => bus.publish(records))) > 0);
  const { waiting } = await outbox.depth();
  if (waiting > 0)
    processTerminal.note(`${waiting} events wait for the event bus; a service publishes them when it runs`);
  return waiting;
}
