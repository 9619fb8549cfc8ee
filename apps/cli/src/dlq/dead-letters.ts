import type { DeadLetter, DeadLetterQueue } from '@sfm/events';
import { parseJson, type MemoryEvent, type Outbox, type OutboxDeadLetter } from '@sfm/memory';

/** A dead-lettered event, in the outbox or on the topic. */
export interface DeadLetterEntry {
  /** `<topic>/<partition>/<offset>` on the topic, the event id in the outbox. */
  readonly id: string;
  readonly source: 'outbox' | 'topic';
  readonly deadLetteredAt: Date;
  readonly attempts: number;
  readonly reason: string;
  readonly error?: string;
  /** The content of the event, as far as it can be read. */
  readonly event: Partial<Pick<MemoryEvent, 'type' | 'namespace'>> & { readonly coordinate?: string };
  /** All details, for `show`. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface RedriveReport {
  readonly redriven: readonly string[];
  readonly missing: readonly string[];
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

export interface DismissReport {
  readonly dismissed: readonly string[];
  readonly missing: readonly string[];
}

/** Where dead letters wait. */
export type DeadLetterSource = DeadLetterEntry['source'];

export interface SettlingSteps {
  readonly dryRun: boolean;
  readonly onProgress: (done: number, total: number, source: DeadLetterSource) => void;
}

/** Maximum number requested at once, even without a limit. */
const ALL = 1_000_000;
/** Longest coordinate shown of a payload, in characters. */
const MAX_COORDINATE = 200;
/** Events of the outbox that are settled in one transaction. */
const OUTBOX_BATCH = 500;

/**
 * Dead-lettered events in both places: in the outbox, because the event bus refused them, and on the dead letter topic,
 * because a consumer could not apply them.
 */
export class DeadLetters {
  /** `queue` is undefined without Kafka. */
  constructor(
    private readonly outbox: Outbox,
    private readonly queue: DeadLetterQueue | undefined,
  ) {}

  /** Returns the newest `limit` events, oldest first. When the brokers fail, adds a `problem` to the remaining events. */
  async list(limit: number): Promise<{ readonly entries: readonly DeadLetterEntry[]; readonly problem?: string }> {
    const inOutbox = (await this.outbox.deadLetters(limit)).map(fromOutbox);
    const { entries: onTopic, problem } = await this.listTopic(limit);
    const entries = [...inOutbox, ...onTopic].sort((a, b) => a.deadLetteredAt.getTime() - b.deadLetteredAt.getTime());
    return { entries: entries.slice(Math.max(0, entries.length - limit)), problem };
  }

  async get(id: string): Promise<DeadLetterEntry | undefined> {
    if (isOnTopic(id)) {
      const letter = await this.requireQueue().get(id);
      return letter && fromTopic(letter);
    }
    const deadLetters = await this.outbox.deadLetters(ALL);
    const found = deadLetters.find(({ record }) => record.event.event_id === id);
    return found && fromOutbox(found);
  }

  /** Sends the requested events back; those left after an interruption stay dead-lettered. */
  async redrive(ids: readonly string[] | 'all', steps: SettlingSteps): Promise<RedriveReport> {
    const { inOutbox, onTopic, queue } = this.divide(ids);
    const fromOutbox = await this.settleOutbox('redrive', inOutbox, steps);
    if (!queue) return { redriven: fromOutbox.settled, missing: fromOutbox.missing, refused: [] };
    const fromTopic = await queue.redrive(onTopic, topicSteps(steps));
    return {
      redriven: [...fromOutbox.settled, ...fromTopic.redriven],
      missing: [...fromOutbox.missing, ...fromTopic.missing],
      refused: fromTopic.refused,
    };
  }

  /** Gives the requested events up for good; those left after an interruption stay dead-lettered. */
  async dismiss(ids: readonly string[] | 'all', steps: SettlingSteps): Promise<DismissReport> {
    const { inOutbox, onTopic, queue } = this.divide(ids);
    const fromOutbox = await this.settleOutbox('dismiss', inOutbox, steps);
    const fromTopic = queue ? await queue.dismiss(onTopic, topicSteps(steps)) : { dismissed: [], missing: [] };
    return {
      dismissed: [...fromOutbox.settled, ...fromTopic.dismissed],
      missing: [...fromOutbox.missing, ...fromTopic.missing],
    };
  }

  /** `queue` is undefined when nothing of the topic is asked for. @throws when it is, and there is none */
  private divide(ids: readonly string[] | 'all') {
    if (ids === 'all') return { inOutbox: ids, onTopic: ids, queue: this.queue };
    const onTopic = ids.filter(isOnTopic);
    return {
      inOutbox: ids.filter((id) => !isOnTopic(id)),
      onTopic,
      queue: onTopic.length === 0 ? undefined : this.requireQueue(),
    };
  }

  private async listTopic(limit: number): Promise<{ entries: readonly DeadLetterEntry[]; problem?: string }> {
    if (!this.queue) return { entries: [] };
    try {
      return { entries: (await this.queue.list({ limit })).map(fromTopic) };
    } catch (error) {
      return { entries: [], problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private async settleOutbox(how: 'redrive' | 'dismiss', ids: readonly string[] | 'all', steps: SettlingSteps) {
    const settled = steps.dryRun
      ? await this.deadLettersInOutbox(ids)
      : await this.settleInBatches((some, limit) => this.outbox[how](some, limit), ids, steps);
    const isSettled = new Set(settled);
    return { settled, missing: ids === 'all' ? [] : ids.filter((id) => !isSettled.has(id)) };
  }

  /** What is dead-lettered meanwhile is left: an event that fails again at once would never let this end. */
  private async settleInBatches(
    settle: (ids: readonly string[] | 'all', limit: number) => Promise<readonly string[]>,
    ids: readonly string[] | 'all',
    { onProgress }: SettlingSteps,
  ): Promise<readonly string[]> {
    const total = ids === 'all' ? (await this.outbox.depth()).deadLetters : ids.length;
    const settled: string[] = [];
    for (let start = 0; start < total; start += OUTBOX_BATCH) {
      const some = ids === 'all' ? ids : ids.slice(start, start + OUTBOX_BATCH);
      settled.push(...(await settle(some, Math.min(OUTBOX_BATCH, total - start))));
      if (total > OUTBOX_BATCH) onProgress(Math.min(start + OUTBOX_BATCH, total), total, 'outbox');
    }
    return settled;
  }

  private async deadLettersInOutbox(ids: readonly string[] | 'all'): Promise<readonly string[]> {
    const deadLetters = (await this.outbox.deadLetters(ALL)).map(({ record }) => record.event.event_id);
    return ids === 'all' ? deadLetters : deadLetters.filter((id) => ids.includes(id));
  }

  private requireQueue(): DeadLetterQueue {
    if (this.queue) return this.queue;
    throw new Error(
      'Kafka is not configured here (KAFKA_BOOTSTRAP_SERVERS, with EVENTING_ENABLED on): only events that are dead-lettered ' +
        'in the outbox can be reached',
    );
  }
}

function topicSteps({ dryRun, onProgress }: SettlingSteps) {
  return { dryRun, onProgress: (done: number, total: number) => onProgress(done, total, 'topic') };
}

function isOnTopic(id: string): boolean {
  return id.includes('/');
}

function fromOutbox({ record, reason, attempts, deadLetteredAt }: OutboxDeadLetter): DeadLetterEntry {
  const { event, key, version } = record;
  return {
    id: event.event_id,
    source: 'outbox',
    deadLetteredAt,
    attempts,
    reason,
    event: { type: event.type, namespace: event.namespace, coordinate: key },
    details: { version, event },
  };
}

function fromTopic(letter: DeadLetter): DeadLetterEntry {
  const { id, topic, partition, offset, timestamp, deadLetteredAt, attempts, reason, error, key, value, headers } =
    letter;
  const parsed = parse(value);
  return {
    id,
    source: 'topic',
    deadLetteredAt: new Date(deadLetteredAt),
    attempts,
    reason,
    ...(error === undefined ? {} : { error }),
    event: summaryOf(parsed.json, headers['memory-key']?.toString()),
    details: {
      topic,
      partition,
      offset,
      producedAt: new Date(timestamp).toISOString(),
      key: key === null ? null : key.toString(),
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text?.toString()])),
      ...(parsed.json === undefined ? { valueBase64: value?.toString('base64') ?? null } : { value: parsed.json }),
    },
  };
}

function parse(value: Buffer | null): { readonly json?: unknown } {
  try {
    return value === null ? {} : { json: parseJson(value.toString()) };
  } catch {
    return {};
  }
}

function summaryOf(event: unknown, key: string | undefined): DeadLetterEntry['event'] {
  const type = textOf(event, 'type');
  const namespace = textOf(event, 'namespace');
  const coordinate = key ?? coordinateOf(event);
  return {
    ...(type === undefined ? {} : { type }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(coordinate === undefined ? {} : { coordinate }),
  };
}

/** The coordinate in the payload as it was written, valid or not: an event of another producer has it nowhere else. */
function coordinateOf(event: unknown): string | undefined {
  const payload = fieldOf(event, 'payload');
  const given = fieldOf(payload, 'coordinate');
  if (given === undefined || given === null) return undefined;
  const text = typeof given === 'string' ? given : Array.isArray(given) ? given.join(',') : JSON.stringify(given);
  return text.length <= MAX_COORDINATE ? text : `${text.slice(0, MAX_COORDINATE - 1)}…`;
}

function textOf(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
