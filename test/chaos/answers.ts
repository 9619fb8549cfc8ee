import type { Violation } from './invariants.js';
import type { OperationJournal, RecalledWrite, WriteOperation } from './operation-journal.js';

/** A span of time, in milliseconds of one clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One request and its answer. */
export interface Answer extends Span {
  readonly kind: 'store' | 'delete' | 'recall' | 'link' | 'unlink' | 'export';
  /** Whose address it was sent to. */
  readonly url: string;
  readonly isAnswered: boolean;
  /** What came instead of an answer: the status and body, or the connection's error. */
  readonly problem?: string;
}

/** A recall of one memory by a word that no other memory has. */
export interface RecallAnswer extends Answer {
  readonly kind: 'recall';
  /** The journal's clock when it was sent. */
  readonly sentAt: number;
  /** The acknowledged store that was asked for. */
  readonly wanted: WriteOperation;
  readonly hits: readonly RecalledWrite[];
  readonly degraded: readonly string[];
}

/** A span in which a server may leave requests unanswered, because it or the truth is down. */
export interface Excuse extends Span {
  readonly urls: readonly string[];
}

/** Requests that were not answered although nothing excuses it. */
export function unexcusedFailures(answers: readonly Answer[], excuses: readonly Excuse[]): Violation[] {
  return answers
    .filter(({ isAnswered }) => !isAnswered)
    .filter((answer) => !excuses.some((excuse) => excuse.urls.includes(answer.url) && overlaps(answer, excuse)))
    .map(({ kind, fromMs, toMs, problem = '' }) => ({
      promise: `every ${kind} is answered`,
      detail: `after ${Math.round(toMs - fromMs)} ms: ${problem}`,
    }));
}

/** A recall shows no content that an earlier acknowledged write replaced or deleted, and misses nothing acknowledged. */
export function wrongRecalls(journal: OperationJournal, recalls: readonly RecallAnswer[]): Violation[] {
  return recalls
    .filter(({ isAnswered }) => isAnswered)
    .flatMap(({ sentAt, wanted, hits }) => {
      const stale = hits
        .filter((hit) => journal.wasReplacedBefore(hit, sentAt))
        .map(({ key, write }) => ({ promise: 'nothing stale is recalled', detail: `${key}: write ${write}` }));
      const isCurrent = journal.currentStore(wanted.key)?.write === wanted.write;
      const isFound = hits.some(({ key, write }) => key === wanted.key && write === wanted.write);
      if (!isCurrent || isFound) return stale;
      return [
        ...stale,
        { promise: 'acknowledged is recalled', detail: `${wanted.key}: write ${wanted.write} not among the hits` },
      ];
    });
}

/** Recalls within the span that do not say that something was missing. */
export function unmarkedRecalls(recalls: readonly RecallAnswer[], away: Span): Violation[] {
  return recalls
    .filter(({ isAnswered, fromMs, toMs }) => isAnswered && fromMs >= away.fromMs && toMs <= away.toMs)
    .filter(({ degraded }) => degraded.length === 0)
    .map(({ wanted }) => ({ promise: 'degraded recall is marked', detail: `recall of write ${wanted.write}` }));
}

function overlaps(a: Span, b: Span): boolean {
  return a.fromMs <= b.toMs && b.fromMs <= a.toMs;
}
