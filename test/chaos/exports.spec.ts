import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { brokenExport } from './exports.js';
import { OperationJournal, type Outcome } from './operation-journal.js';

const HEADER = '{"format":"somafractalmemory","version":1,"include":[]}';

function file(writes: Readonly<Record<string, number>>): string {
  const lines = Object.entries(writes).map(([key, write]) =>
    JSON.stringify({ kind: 'memory', coordinate: key.split(',').map(Number), payload: { write } }),
  );
  const text = [HEADER, ...lines].map((line) => `${line}\n`).join('');
  const sha256 = createHash('sha256').update(text).digest('hex');
  return `${text}${JSON.stringify({ kind: 'end', memories: lines.length, versions: 0, links: 0, sha256 })}\n`;
}

/** Stored, replaced, deleted; and what is under way while the export comes. */
function told() {
  const journal = new OperationJournal();
  const does = (kind: 'store' | 'delete', key: string, outcome: Outcome = 'acknowledged') =>
    journal.settle(journal.send(kind, key), outcome);
  does('store', '1');
  does('store', '2');
  does('store', '2');
  does('store', '3');
  does('delete', '3');
  does('store', '4', 'failed');
  const sentAt = journal.now();
  does('store', '1');
  does('delete', '2');
  const finishedAt = journal.now();
  does('store', '5');
  return { journal, sentAt, finishedAt };
}

const promises = (text: string) => {
  const { journal, ...span } = told();
  return brokenExport(journal, { text, ...span }).map(({ promise }) => promise);
};
const MOMENT = ['an export is the namespace at one moment'];

describe('a finished export', () => {
  it.each([
    ['before what happens meanwhile', { '1': 1, '2': 3 }],
    ['after it', { '1': 7 }],
    ['with what failed', { '1': 7, '4': 6 }],
  ])('may be the namespace %s', (_, writes) => {
    expect(promises(file(writes))).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, number>>]>([
    ['lacks an acknowledged memory', { '2': 3 }],
    ['has what was replaced', { '1': 1, '2': 2 }],
    ['has what was deleted', { '1': 1, '2': 3, '3': 4 }],
    ['has what comes later', { '1': 1, '2': 3, '5': 9 }],
    ['has what nobody stored', { '1': 1, '2': 3, '9': 1 }],
  ])('is broken when it %s', (_, writes) => {
    expect(promises(file(writes))).toEqual(MOMENT);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, text.lastIndexOf('{'))],
    ['changed', (text: string) => text.replace('"include"', '"exclude"')],
  ])('is broken when it is %s', (_, change) => {
    expect(promises(change(file({ '1': 1, '2': 3 })))).toEqual(['a finished export is whole']);
  });
});
