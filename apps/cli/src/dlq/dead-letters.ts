import type { DeadLetter, DeadLetterQueue } from '@sfm/events';
import type { MemoryEvent, Outbox, OutboxDeadLetter } from '@sfm/memory';

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

export interface RedriveSteps {
  readonly dryRun: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** Maximum number requested at once, even without a limit. */
const ALL = 1_000_000;

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
  async redrive(ids: readonly string[] | 'all', steps: RedriveSteps): Promise<RedriveReport> {
    const onTopic = ids === 'all' ? ids : ids.filter(isOnTopic);
    const queue = ids === 'all' || onTopic.length === 0 ? this.queue : this.requireQueue();
    const fromOutbox = await this.redriveOutbox(ids === 'all' ? ids : ids.filter((id) => !isOnTopic(id)), steps);
    if (!queue || onTopic.length === 0) return fromOutbox;
    const fromTopic = await queue.redrive(onTopic, steps);
    return {
      redriven: [...fromOutbox.redriven, ...fromTopic.redriven],
      missing: [...fromOutbox.missing, ...fromTopic.missing],
      refused: fromTopic.refused,
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

  private async redriveOutbox(ids: readonly string[] | 'all', { dryRun }: RedriveSteps): Promise<RedriveReport> {
    const redriven = dryRun ? await this.deadLettersInOutbox(ids) : await this.outbox.redrive(ids);
    const isRedriven = new Set(redriven);
    return { redriven, missing: ids === 'all' ? [] : ids.filter((id) => !isRedriven.has(id)), refused: [] };
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
    return value === null ? {} : { json: JSON.parse(value.toString()) as unknown };
  } catch {
    return {};
  }
}

function summaryOf(event: unknown, key: string | undefined): DeadLetterEntry['event'] {
  const type = textOf(event, 'type');
  const namespace = textOf(event, 'namespace');
  return {
    ...(type === undefined ? {} : { type }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(key === undefined ? {} : { coordinate: key }),
  };
}

function textOf(value: unknown, name: 'type' | 'namespace'): string | undefined {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  const field = (value as Readonly<Record<typeof name, unknown>>)[name];
  return typeof field === 'string' ? field : undefined;
}
