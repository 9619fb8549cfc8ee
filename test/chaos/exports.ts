import { createHash } from 'node:crypto';
import type { Violation } from './invariants.js';
import type { OperationJournal, WriteOperation } from './operation-journal.js';

/** An export that came to its end. */
export interface FinishedExport {
  /** Lines, each with its end. */
  readonly text: string;
  /** The journal's clock before it was asked for, and when all of it had come. */
  readonly sentAt: number;
  readonly finishedAt: number;
}

interface ExportedRecord {
  readonly kind?: string;
  readonly sha256?: string;
  readonly memories?: number;
  readonly links?: number;
  readonly coordinate?: readonly number[];
  readonly payload?: { readonly write?: number };
}

/**
 * A finished export is whole: its checksums and counts hold, and it is the namespace at a moment after it was asked for.
 * What was acknowledged before that is in it, as it was or as a write under way made it, and nothing that was deleted.
 */
export function brokenExport(journal: OperationJournal, { text, ...span }: FinishedExport): Violation[] {
  const lines = text.split('\n').slice(0, -1);
  const records = lines.map((line) => JSON.parse(line) as ExportedRecord);
  return [...brokenSums(lines, records), ...brokenContent(journal, records, span)];
}

function brokenSums(lines: readonly string[], records: readonly ExportedRecord[]): Violation[] {
  const promise = 'a finished export is whole';
  if (records.at(-1)?.kind !== 'end') return [{ promise, detail: `its last line is ${lines.at(-1)?.slice(0, 200)}` }];
  const counted = { memory: 0, link: 0 };
  let hash = createHash('sha256');
  const broken: Violation[] = [];
  for (const [index, record] of records.entries()) {
    if (record.kind === 'memory' || record.kind === 'link') counted[record.kind] += 1;
    if (record.kind !== 'checkpoint' && record.kind !== 'end') {
      hash.update(`${lines[index]}\n`);
      continue;
    }
    const sum = hash.digest('hex');
    hash = createHash('sha256').update(sum);
    if (sum !== record.sha256 || counted.memory !== record.memories || counted.link !== record.links) {
      broken.push({
        promise,
        detail: `line ${index + 1} is not the sum of those before: ${lines[index]?.slice(0, 300)}`,
      });
    }
  }
  return broken;
}

function brokenContent(
  journal: OperationJournal,
  records: readonly ExportedRecord[],
  span: Pick<FinishedExport, 'sentAt' | 'finishedAt'>,
): Violation[] {
  const promise = 'an export is the namespace at one moment';
  const memories = records.filter(({ kind }) => kind === 'memory');
  const exported = new Map(memories.map(({ coordinate = [], payload }) => [coordinate.join(','), payload?.write]));
  const known = new Set(journal.keys());
  const stray = [...exported.keys()].filter((key) => !known.has(key));
  const wrong = journal.keys().filter((key) => {
    const possible = possibleAt(journal.effects(key), span);
    const write = exported.get(key);
    return !possible.some((state) => (state?.kind === 'store' ? state.write === write : !exported.has(key)));
  });
  return [
    ...(exported.size < memories.length ? [{ promise, detail: 'a coordinate is in it more than once' }] : []),
    ...[...stray, ...wrong].map((key) => ({
      promise,
      detail: `${key}: ${exported.has(key) ? `write ${exported.get(key)}` : 'not in it'} between ${span.sentAt} and ${span.finishedAt}, after ${JSON.stringify(journal.effects(key))}`,
    })),
  ];
}

/** The states that a coordinate can have had; undefined stands for never stored. */
function possibleAt(
  effects: readonly WriteOperation[],
  { sentAt, finishedAt }: Pick<FinishedExport, 'sentAt' | 'finishedAt'>,
): (WriteOperation | undefined)[] {
  const last = effects.findLastIndex(({ outcome, settledAt }) => outcome === 'acknowledged' && settledAt < sentAt);
  return [effects[last], ...effects.slice(last + 1).filter((later) => later.sentAt < finishedAt)];
}
