import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createKafkaClient, DeadLetterQueue, deadLetterTopicOf, KafkaTopics, memoryTopics } from '@sfm/events';
import { Outbox, toNamespace, type EventRecord, type OutboxDepth, type OutboxDeadLetter } from '@sfm/memory';
import type { KafkaMessage } from 'kafkajs';
import { describeWith } from '../../../../test/services/availability.js';
import { testKafka } from '../../../../test/services/kafka/kafka.js';
import { dlqCommand } from './dlq.command.js';
import { DeadLetters } from './dead-letters.js';
import type { Terminal } from '../terminal/terminal.js';

const describeKafka = await describeWith(['kafka']);
const SILENT = { log: () => {}, warn: () => {}, error: () => {} };

/** An outbox that only has dead-lettered events. */
class OutboxDeadLetters extends Outbox {
  readonly waiting: OutboxDeadLetter[] = [];

  deadLetter(reason: string): string {
    const id = randomUUID();
    const event = { event_id: id, id, namespace: toNamespace('ns'), type: 'created', timestamp: 1, payload: {} };
    this.waiting.push({ record: { event, key: '1,2', version: 4 }, reason, attempts: 1, deadLetteredAt: new Date() });
    return id;
  }

  deadLetters(limit: number): Promise<readonly OutboxDeadLetter[]> {
    return Promise.resolve(this.waiting.slice(-limit));
  }

  redrive(ids: readonly string[] | 'all', limit?: number): Promise<readonly string[]> {
    const asked = this.waiting.map(idOf).filter((id) => ids === 'all' || ids.includes(id));
    const gone = new Set(asked.slice(0, limit));
    this.waiting.splice(0, Infinity, ...this.waiting.filter((deadLetters) => !gone.has(idOf(deadLetters))));
    return Promise.resolve([...gone]);
  }

  dismiss(ids: readonly string[] | 'all', limit?: number): Promise<readonly string[]> {
    return this.redrive(ids, limit);
  }

  drain(): Promise<number> {
    return Promise.resolve(0);
  }

  listen(): Promise<() => Promise<void>> {
    return Promise.resolve(() => Promise.resolve());
  }

  depth(): Promise<OutboxDepth> {
    return Promise.resolve({ waiting: 0, deadLetters: this.waiting.length, oldestAgeSeconds: 0 });
  }

  holdsMoreThan(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

const idOf = ({ record }: { record: EventRecord }) => record.event.event_id;

class ScriptedTerminal implements Terminal {
  readonly printed: string[] = [];
  readonly notes: string[] = [];
  isInteractive = false;
  answer = false;
  print(text: string): void {
    this.printed.push(text);
  }
  note(text: string): void {
    this.notes.push(text);
  }
  confirm(): Promise<boolean> {
    return Promise.resolve(this.answer);
  }
}

/** Runs `soma dlq …` and resolves with what it printed. */
function runner(deadLetters: () => DeadLetters, terminal: () => ScriptedTerminal) {
  return async (...args: string[]): Promise<string> => {
    const before = terminal().printed.length;
    const command = dlqCommand({ terminal: terminal(), withDeadLetters: (work) => work(deadLetters()) });
    await command.parseAsync(args, { from: 'user' });
    return terminal().printed.slice(before).join('\n');
  };
}

describe('soma dlq without Kafka', () => {
  let outbox: OutboxDeadLetters;
  let terminal: ScriptedTerminal;
  const run = runner(
    () => new DeadLetters(outbox, undefined),
    () => terminal,
  );

  beforeEach(() => {
    outbox = new OutboxDeadLetters();
    terminal = new ScriptedTerminal();
  });

  it('says that there are no dead letters', async () => {
    expect(await run('list')).toBe('there are no dead letters');
    expect(await run('list', '--json')).toBe('[]');
  });

  it('lists what is dead-lettered in the outbox, harmless to the terminal', async () => {
    const id = outbox.deadLetter('bad \u001b[2J\u009b2J thing\nwith lines');
    const [headings, row, ...rest] = (await run('list')).split('\n');
    expect(headings).toMatch(/^ID +SOURCE +DEAD-LETTERED AT +ATTEMPTS +TYPE +NAMESPACE +COORDINATE +REASON$/);
    expect(row).toMatch(new RegExp(`^${id} +outbox +\\S+ +1 +created +ns +1,2 +bad  \\[2J 2J thing with lines$`));
    expect(rest).toEqual([]);
  });

  it('lists the newest as JSON', async () => {
    outbox.deadLetter('old');
    const id = outbox.deadLetter('new');
    const [entry, ...more] = JSON.parse(await run('list', '--limit', '1', '--json'));
    expect(entry).toMatchObject({ id, source: 'outbox', reason: 'new', event: { namespace: 'ns', coordinate: '1,2' } });
    expect(more).toEqual([]);
  });

  it('shows one event whole', async () => {
    const id = outbox.deadLetter('bad');
    expect(await run('show', id)).toContain(`"event_id": "${id}"`);
    expect(JSON.parse(await run('show', id, '--json'))).toMatchObject({ id, details: { version: 4 } });
    await expect(run('show', randomUUID())).rejects.toThrow('there is no dead letter');
  });

  it('sends back what is asked for and says what was not there', async () => {
    const id = outbox.deadLetter('bad');
    outbox.deadLetter('other');
    expect(await run('redrive', id, '--dry-run')).toBe(`${id}\nwould send back 1 event`);
    expect(outbox.waiting).toHaveLength(2);
    const unknown = randomUUID();
    await expect(run('redrive', id, unknown)).rejects.toThrow('1 could not be sent back');
    expect(terminal.printed.at(-1)).toBe(`not dead-lettered: ${unknown}`);
    expect(outbox.waiting).toHaveLength(1);
  });

  it('sends all back only when that is meant', async () => {
    outbox.deadLetter('bad');
    await expect(run('redrive')).rejects.toThrow('give the ids to send back, or --all');
    await expect(run('redrive', 'x', '--all')).rejects.toThrow('give the ids');
    await expect(run('redrive', '--all')).rejects.toThrow('needs --yes');
    terminal.isInteractive = true;
    expect(await run('redrive', '--all')).toBe('');
    expect(outbox.waiting).toHaveLength(1);
    terminal.answer = true;
    expect(await run('redrive', '--all')).toBe('sent back 1 event');
    outbox.deadLetter('again');
    terminal.isInteractive = false;
    expect(JSON.parse(await run('redrive', '--all', '--yes', '--json'))).toMatchObject({
      redriven: [expect.any(String)],
    });
    expect(outbox.waiting).toEqual([]);
  });

  it('gives up what is asked for, and says what was not there', async () => {
    const id = outbox.deadLetter('bad');
    outbox.deadLetter('other');
    expect(await run('dismiss', id, '--dry-run')).toBe(`${id}\nwould give up 1 event`);
    expect(outbox.waiting).toHaveLength(2);
    const unknown = randomUUID();
    await expect(run('dismiss', id, unknown, '--yes')).rejects.toThrow('1 could not be given up');
    expect(terminal.printed.at(-1)).toBe(`not dead-lettered: ${unknown}`);
    expect(outbox.waiting).toHaveLength(1);
  });

  it('gives nothing up without a yes', async () => {
    const id = outbox.deadLetter('bad');
    await expect(run('dismiss')).rejects.toThrow('give the ids to give up, or --all');
    await expect(run('dismiss', id)).rejects.toThrow('needs --yes');
    await expect(run('dismiss', '--all')).rejects.toThrow('needs --yes');
    terminal.isInteractive = true;
    expect(await run('dismiss', id)).toBe('');
    expect(outbox.waiting).toHaveLength(1);
    terminal.answer = true;
    expect(await run('dismiss', id)).toBe('gave up 1 event');
    outbox.deadLetter('again');
    terminal.isInteractive = false;
    expect(JSON.parse(await run('dismiss', '--all', '--yes', '--json'))).toMatchObject({
      dryRun: false,
      dismissed: [expect.any(String)],
      missing: [],
    });
    expect(outbox.waiting).toEqual([]);
  });

  it('tells how far it is when there is much to do', async () => {
    for (let number = 0; number < 1200; number += 1) outbox.deadLetter('bad');
    expect(await run('redrive', '--all', '--yes')).toBe('sent back 1200 events');
    const steps = [500, 1000, 1200].map((done) => `${done} of 1200 events of the outbox`);
    expect(terminal.notes).toEqual(steps);
    for (let number = 0; number < 1200; number += 1) outbox.deadLetter('bad');
    expect(await run('dismiss', '--all', '--yes')).toBe('gave up 1200 events');
    expect(terminal.notes).toEqual([...steps, ...steps]);
  });

  it('says that Kafka is not configured when an event of a topic is asked for, and does nothing by halves', async () => {
    const id = outbox.deadLetter('bad');
    await expect(run('show', 'memory.events/0/1')).rejects.toThrow('Kafka is not configured');
    await expect(run('redrive', id, 'memory.events/0/1')).rejects.toThrow('Kafka is not configured');
    await expect(run('dismiss', id, 'memory.events/0/1', '--yes')).rejects.toThrow('Kafka is not configured');
    expect(outbox.waiting).toHaveLength(1);
  });
});

describe('soma dlq while no broker answers', () => {
  it('lists the outbox and fails with the reason', async () => {
    const outbox = new OutboxDeadLetters();
    const terminal = new ScriptedTerminal();
    outbox.deadLetter('bad');
    const kafka = createKafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test' }, SILENT);
    const deadLetters = new DeadLetters(outbox, new DeadLetterQueue(kafka, { topic: 'memory.events.dlq' }));
    const run = runner(
      () => deadLetters,
      () => terminal,
    );
    await expect(run('list')).rejects.toThrow(/dead letter topic cannot be read: broker unavailable/);
    expect(terminal.printed).toEqual([expect.stringContaining('outbox')]);
  });
});

describeKafka('soma dlq with Kafka', () => {
  const topic = `events-${randomUUID()}`;
  const outbox = new OutboxDeadLetters();
  const terminal = new ScriptedTerminal();
  let queue: DeadLetterQueue;
  const run = runner(
    () => new DeadLetters(outbox, queue),
    () => terminal,
  );
  const deadLetter = (offset: number, value: Buffer, headers = {}) => {
    const message: KafkaMessage = {
      key: null,
      value,
      timestamp: '1700000000000',
      attributes: 0,
      offset: `${offset}`,
      headers,
    };
    return queue.add([{ topic, partition: 1, message, reason: 'unknown event type "x"', attempts: 5, error: 'no' }]);
  };

  beforeAll(async () => {
    const kafka = createKafkaClient(
      { brokers: (await testKafka()).brokers, clientId: 'test', connectTimeoutMs: 30_000, requestTimeoutMs: 60_000 },
      SILENT,
    );
    await new KafkaTopics(kafka, SILENT).ensure(memoryTopics({ topic }));
    queue = new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(topic) });
  });
  afterAll(async () => {
    await queue.disconnect();
  });

  it('lists both sources as one, shows either, and sends both back', async () => {
    await deadLetter(1, Buffer.from('{"type":"x","namespace":"team"}'), { 'memory-key': Buffer.from('7') });
    await deadLetter(2, Buffer.from([0xff, 0xfe]));
    const id = outbox.deadLetter('bad');
    const listed: { id: string; source: string; event: unknown }[] = JSON.parse(await run('list', '--json'));
    expect(listed.map(({ id, source }) => [id, source])).toEqual([
      [`${topic}/1/1`, 'topic'],
      [`${topic}/1/2`, 'topic'],
      [id, 'outbox'],
    ]);
    expect(listed[0]?.event).toEqual({ type: 'x', namespace: 'team', coordinate: '7' });
    expect(JSON.parse(await run('list', '--limit', '2', '--json'))).toHaveLength(2);
    expect(JSON.parse(await run('show', `${topic}/1/1`, '--json'))).toMatchObject({
      reason: 'unknown event type "x"',
      error: 'no',
      attempts: 5,
      details: { topic, partition: 1, offset: '1', value: { type: 'x' }, headers: { 'memory-key': '7' } },
    });
    expect(JSON.parse(await run('show', `${topic}/1/2`, '--json'))).toMatchObject({ details: { valueBase64: '//4=' } });
    expect(await run('redrive', '--all', '--dry-run')).toContain('would send back 3 events');
    expect(await run('redrive', '--all', '--yes')).toBe('sent back 3 events');
    expect(terminal.notes.at(-1)).toBe('2 of 2 messages of the topic');
    expect(await run('list')).toBe('there are no dead letters');
  });

  it('gives up what waits in either place', async () => {
    await deadLetter(11, Buffer.from('{"type":"x"}'));
    await deadLetter(12, Buffer.from('{"type":"x"}'));
    const id = outbox.deadLetter('bad');
    expect(await run('dismiss', `${topic}/1/11`, id, '--yes')).toBe('gave up 2 events');
    expect(await run('list')).toContain(`${topic}/1/12`);
    expect(await run('dismiss', '--all', '--yes')).toBe('gave up 1 event');
    expect(terminal.notes.at(-1)).toBe('1 of 1 messages of the topic');
    expect(await run('list')).toBe('there are no dead letters');
  });

  it('shows the coordinate that a value has, as it was written', async () => {
    const written = [[1, 2.5], '3,x', { x: 1 }, undefined, 'long'.repeat(100)];
    for (const [offset, coordinate] of written.entries()) {
      await deadLetter(20 + offset, Buffer.from(JSON.stringify({ type: 'created', payload: { coordinate } })));
    }
    const listed: { event: { coordinate?: string } }[] = JSON.parse(await run('list', '--json'));
    const shown = listed.map(({ event }) => event.coordinate);
    expect(shown).toEqual(['1,2.5', '3,x', '{"x":1}', undefined, `${'long'.repeat(50).slice(0, 199)}…`]);
    expect(await run('dismiss', '--all', '--yes')).toBe('gave up 5 events');
  });
});
