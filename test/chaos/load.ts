import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningService } from '../e2e/support/running-service.js';
import type { Answer, RecallAnswer } from './answers.js';
import { brokenExport } from './exports.js';
import type { Violation } from './invariants.js';
import { LinkJournal } from './link-journal.js';
import { OperationJournal, type Outcome, type RecalledWrite, type WriteOperation } from './operation-journal.js';

const WRITERS = 6;
const RECALLERS = 2;
const LINKERS = 2;
/** Links that a linker makes, changes and removes. */
const LINKS_OF_ONE = 6;
const UNLINK_SHARE = 0.3;
/** Pace, not speed: a long absence must leave a backlog that thirty seconds suffice for. */
const WRITER_PAUSE_MS = 40;
const RECALLER_PAUSE_MS = 30;
const EXPORTER_PAUSE_MS = 500;
const REQUEST_TIMEOUT_MS = 20_000;
/** Only payloads of some size are worth caching. */
const ATTACHMENT_BYTES = 6000;
const DELETE_SHARE = 0.15;
const REPLACE_SHARE = 0.3;

interface RecallBody {
  readonly hits: readonly { readonly coordinate: readonly number[]; readonly payload: { readonly write: number } }[];
  readonly degraded: readonly string[];
}

interface Sent<T> {
  readonly answer: Answer;
  readonly outcome: Outcome;
  readonly body: T | undefined;
}

/** The word that only this write's text has. */
export function wordOf(write: number): string {
  return `mark${write}q`;
}

/**
 * Stores, recalls and deletes through HTTP, spread over several services, and repeats nothing. Every writer has
 * coordinates of its own, so that the order of writes at one of them is known.
 */
export class Load {
  readonly journal = new OperationJournal();
  readonly links = new LinkJournal();
  readonly answers: Answer[] = [];
  readonly recalls: RecallAnswer[] = [];
  /** What was wrong with each export that came to its end. */
  readonly exports: (readonly Violation[])[] = [];
  /** Coordinates that a writer may replace or delete. */
  private readonly live: string[][] = Array.from({ length: WRITERS }, () => []);
  /** Coordinates whose last write failed: it must never come later, so they are written again. */
  private readonly failed: string[][] = Array.from({ length: WRITERS }, () => []);
  /** Where the links of each linker lead. One whose step was not answered takes no more, and another comes in its place. */
  private readonly linkEnds: number[][] = Array.from({ length: LINKERS }, (_, linker) =>
    Array.from({ length: LINKS_OF_ONE }, (__, n) => linker * LINKS_OF_ONE + n),
  );
  private lastEnd = LINKERS * LINKS_OF_ONE;
  private places = 0;
  private stopping = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly services: readonly RunningService[],
    private readonly namespace: string,
  ) {}

  start(): void {
    this.stopping = false;
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      this.repeat(() => this.write(writer), WRITER_PAUSE_MS),
    );
    const recallers = Array.from({ length: RECALLERS }, () => this.repeat(() => this.recall(), RECALLER_PAUSE_MS));
    const linkers = this.linkEnds.map((ends) => this.repeat(() => this.link(ends), WRITER_PAUSE_MS));
    const exporter = this.repeat(() => this.export(), EXPORTER_PAUSE_MS);
    this.running = Promise.all([...writers, ...recallers, ...linkers, exporter]);
  }

  /** Resolves when everything that was sent is answered or given up. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  /** Asks one service for what a write stored. */
  async recallWrite(service: RunningService, wanted: WriteOperation): Promise<RecallAnswer> {
    const sentAt = this.journal.now();
    const question = { query: `which note has ${wordOf(wanted.write)}?`, top_k: 5 };
    const { answer, body } = await this.send<RecallBody>('recall', service, { path: '/v1/recall', body: question });
    const hits = body?.hits.map(({ coordinate, payload }): RecalledWrite => {
      return { key: coordinate.join(','), write: payload.write };
    });
    return { ...answer, kind: 'recall', sentAt, wanted, hits: hits ?? [], degraded: body?.degraded ?? [] };
  }

  private async repeat(step: () => Promise<void>, pauseMs: number): Promise<void> {
    while (!this.stopping) {
      await step();
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }

  private async write(writer: number): Promise<void> {
    const live = this.live[writer] ?? [];
    const failed = this.failed[writer] ?? [];
    const again = failed.shift();
    if (again !== undefined) return this.perform('store', again, { live, failed });
    const choice = Math.random();
    const chosen = live.length > 0 && choice < DELETE_SHARE + REPLACE_SHARE ? take(live) : undefined;
    const kind = chosen !== undefined && choice < DELETE_SHARE ? 'delete' : 'store';
    const key = chosen ?? `${writer},${(this.places += 1)}`;
    return this.perform(kind, key, { live, failed });
  }

  private async perform(
    kind: WriteOperation['kind'],
    key: string,
    { live, failed }: { readonly live: string[]; readonly failed: string[] },
  ): Promise<void> {
    const operation = this.journal.send(kind, key);
    const { answer, outcome } = await this.send(kind, this.anyService(), request(operation));
    this.answers.push(answer);
    this.journal.settle(operation, outcome);
    if (kind === 'store' && outcome === 'acknowledged') live.push(key);
    if (outcome === 'failed') failed.push(key);
  }

  /** Makes, changes or removes a link between two coordinates that hold no memory. */
  private async link(ends: number[]): Promise<void> {
    const place = Math.floor(Math.random() * ends.length);
    const end = ends[place] ?? 0;
    const link = `${LINKED_FROM}-${end}`;
    const kind = Math.random() < UNLINK_SHARE ? 'unlink' : 'link';
    const step = this.links.send(kind, link);
    const { answer, outcome } = await this.send(kind, this.anyService(), linkRequest(kind, end, step.step));
    this.answers.push(answer);
    if (this.links.settle(link, step, outcome)) return;
    ends[place] = this.lastEnd += 1;
  }

  /** Exports everything, and judges it at once: all exports together would be too much to keep. */
  private async export(): Promise<void> {
    const sentAt = this.journal.now();
    const { answer, text } = await this.exchange('export', this.anyService(), { path: '/v1/export' });
    this.answers.push(answer);
    if (text === undefined) return;
    this.exports.push(brokenExport(this.journal, { text, sentAt, finishedAt: this.journal.now() }));
  }

  private async recall(): Promise<void> {
    const wanted = this.anyStored();
    if (wanted === undefined) return;
    const recall = await this.recallWrite(this.anyService(), wanted);
    this.answers.push(recall);
    this.recalls.push(recall);
  }

  /** Often one of the latest, which are the hardest to have indexed. */
  private anyStored(): WriteOperation | undefined {
    const live = this.live[Math.floor(Math.random() * WRITERS)] ?? [];
    const recent = Math.random() < 0.5 ? Math.max(0, live.length - 3) : 0;
    const key = live[recent + Math.floor(Math.random() * (live.length - recent))];
    return key === undefined ? undefined : this.journal.currentStore(key);
  }

  private anyService(): RunningService {
    const service = this.services[Math.floor(Math.random() * this.services.length)];
    if (service === undefined) throw new Error('no service to talk to');
    return service;
  }

  private async send<T>(...sent: Parameters<Load['exchange']>): Promise<Sent<T>> {
    const { text, ...answered } = await this.exchange(...sent);
    return { ...answered, body: text === undefined ? undefined : (JSON.parse(text) as T) };
  }

  /** Sends one request. `text` is what was answered, when it was answered well. */
  private async exchange(
    kind: Answer['kind'],
    service: RunningService,
    { path, ...options }: { path: string; method?: string; body?: unknown },
  ): Promise<Omit<Sent<never>, 'body'> & { readonly text: string | undefined }> {
    const fromMs = performance.now();
    const headers = { 'x-soma-namespace': this.namespace };
    const sent = { kind, url: service.url, fromMs };
    try {
      const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
      const response = await service.request(path, { ...options, headers, signal });
      const text = await response.text();
      const { ok: isAnswered, status } = response;
      const problem = isAnswered ? {} : { problem: `${status} ${text.slice(0, 300)}` };
      const answer = { ...sent, toMs: performance.now(), isAnswered, ...problem };
      return { answer, outcome: outcomeOf(status), text: isAnswered ? text : undefined };
    } catch (error) {
      const answer = { ...sent, toMs: performance.now(), isAnswered: false, problem: describe(error) };
      return { answer, outcome: wasSent(error) ? 'unknown' : 'refused', text: undefined };
    }
  }
}

function request({ kind, key, write }: WriteOperation): { path: string; method?: string; body?: unknown } {
  if (kind === 'delete') return { path: `/memories/${key}`, method: 'DELETE' };
  const attachment = write % 3 === 0 ? { attachment: randomBytes(ATTACHMENT_BYTES).toString('base64') } : {};
  const payload = { text: `a note with ${wordOf(write)} written under fire`, write, ...attachment };
  return { path: '/store', body: { coord: key, payload, type: write % 2 === 0 ? 'episodic' : 'semantic' } };
}

/** No writer's coordinate. */
const LINKED_FROM = '-1';

function linkRequest(kind: 'link' | 'unlink', end: number, step: number): { path: string; body: unknown } {
  if (kind === 'unlink') return { path: '/unlink', body: { from_coord: [Number(LINKED_FROM)], to_coord: [end, 0.5] } };
  return { path: '/graph/link', body: { from_coord: LINKED_FROM, to_coord: `${end},0.5`, strength: step } };
}

function outcomeOf(status: number): Outcome {
  if (status === 503) return 'failed';
  if (status >= 500) return 'unknown';
  return status < 300 ? 'acknowledged' : 'refused';
}

/** A connection that nobody accepted carried nothing. */
function wasSent(error: unknown): boolean {
  return !describe(error).includes('ECONNREFUSED');
}

function take(keys: string[]): string | undefined {
  const [key] = keys.splice(Math.floor(Math.random() * keys.length), 1);
  return key;
}

/** Errors of `fetch` are not of this realm's classes under Jest. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const message = 'message' in error ? String(error.message) : '';
  return 'cause' in error ? `${message}: ${String(error.cause)}` : message;
}
