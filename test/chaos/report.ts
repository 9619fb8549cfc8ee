import type { Violation } from './invariants.js';
import type { Load } from './load.js';
import type { RoundResult } from './round.js';

/** The counts of all rounds of one fault. */
export interface FaultCounts {
  readonly fault: string;
  readonly rounds: number;
  readonly stored: number;
  readonly deleted: number;
  /** Links that were made or changed. */
  readonly linked: number;
  readonly unlinked: number;
  /** Exports that came to their end. */
  readonly exported: number;
  readonly recalled: number;
  readonly degraded: number;
  /** Answered with 503. */
  readonly failed: number;
  readonly unknown: number;
  /** Payloads in the cache at the end of the last round. */
  readonly cached: number;
  readonly slowestRecoverySeconds: number;
  readonly violations: readonly Violation[];
}

const COLUMNS: readonly (readonly [title: string, cell: (counts: FaultCounts) => string])[] = [
  ['fault', ({ fault }) => fault],
  ['rounds', ({ rounds }) => String(rounds)],
  ['stores acknowledged', ({ stored }) => String(stored)],
  ['deletes acknowledged', ({ deleted }) => String(deleted)],
  ['links acknowledged', ({ linked }) => String(linked)],
  ['unlinks acknowledged', ({ unlinked }) => String(unlinked)],
  ['exports finished', ({ exported }) => String(exported)],
  ['recalls answered', ({ recalled }) => String(recalled)],
  ['of them degraded', ({ degraded }) => String(degraded)],
  ['failed', ({ failed }) => String(failed)],
  ['outcome unknown', ({ unknown }) => String(unknown)],
  ['cached', ({ cached }) => String(cached)],
  ['slowest recovery', ({ slowestRecoverySeconds }) => `${slowestRecoverySeconds.toFixed(1)} s`],
  ['violations', ({ violations }) => String(violations.length)],
];
const SHOWN_VIOLATIONS = 20;

export function countsOf(
  fault: string,
  { journal, links, exports, recalls }: Pick<Load, 'journal' | 'links' | 'exports' | 'recalls'>,
  rounds: readonly RoundResult[],
): FaultCounts {
  const answered = recalls.filter(({ isAnswered }) => isAnswered);
  return {
    fault,
    rounds: rounds.length,
    stored: journal.count('store', 'acknowledged'),
    deleted: journal.count('delete', 'acknowledged'),
    linked: links.count('link', 'acknowledged'),
    unlinked: links.count('unlink', 'acknowledged'),
    exported: exports.length,
    recalled: answered.length,
    degraded: answered.filter(({ degraded }) => degraded.length > 0).length,
    failed: journal.count('store', 'failed') + journal.count('delete', 'failed'),
    unknown: journal.count('store', 'unknown') + journal.count('delete', 'unknown'),
    cached: rounds.at(-1)?.cached ?? 0,
    slowestRecoverySeconds: Math.max(0, ...rounds.map(({ recoverySeconds }) => recoverySeconds)),
    violations: rounds.flatMap(({ violations }) => violations),
  };
}

/** A table, one fault per line, and below it what was broken. */
export function reportOf(counts: readonly FaultCounts[]): string {
  const lines = [COLUMNS.map(([title]) => title), ...counts.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...table, ...counts.flatMap(brokenBy)].join('\n');
}

function brokenBy({ fault, violations }: FaultCounts): string[] {
  const shown = violations
    .slice(0, SHOWN_VIOLATIONS)
    .map(({ promise, detail }) => `BROKEN by ${fault}: ${promise}: ${detail}`);
  const rest = violations.length - shown.length;
  return rest > 0 ? [...shown, `BROKEN by ${fault}: ${rest} more`] : shown;
}
