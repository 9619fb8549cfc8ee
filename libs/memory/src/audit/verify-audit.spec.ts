import { describe, expect, it } from '@jest/globals';
import { describeCredentialsContract } from '../testing/contracts/credentials.contract.js';
import { InMemoryApiKeys } from '../testing/in-memory-credentials.js';
import { auditEndLine, auditLine, EMPTY_CHAIN, hashOf, sealEntries } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { verifyAudit } from './verify-audit.js';

const adapters = new InMemoryApiKeys();
describeCredentialsContract('memory', () => ({ keys: adapters, log: adapters.log }));

const entryOf = (index: number): AuditEntry => ({
  ...{ at: new Date(1_767_000_000_000 + index), kind: 'act', actor: `key-${index}`, action: 'keys.create' },
  ...{ namespace: null, details: { hash: 'x","hash":"', index } },
});
const sealed = sealEntries(EMPTY_CHAIN, [0, 1, 2, 3].map(entryOf));
const head = sealed.at(-1) ?? EMPTY_CHAIN;
const lines = [...sealed.map(auditLine), auditEndLine(head)].map((line) => line.trimEnd());

const verdictOf = (given: readonly string[], since?: typeof head) =>
  verifyAudit(
    (async function* () {
      yield* given;
    })(),
    since,
  );
const problemsOf = async (given: readonly string[]) =>
  (await verdictOf(given)).problems.map(({ line, problem }) => `${line}: ${problem}`);

describe('an exported audit log', () => {
  it('is intact as it was written, from its begin or from the middle, and when there is nothing in it', async () => {
    expect(await verdictOf(lines)).toEqual({
      ...{ isIntact: true, entries: 4, firstSeq: 1, problems: [] },
      head: { seq: 4, hash: head.hash },
    });
    expect(await verdictOf(lines.slice(2))).toMatchObject({ isIntact: true, entries: 2, firstSeq: 3 });
    expect(await verdictOf([auditEndLine(EMPTY_CHAIN)])).toMatchObject({ isIntact: true, entries: 0, firstSeq: 0 });
  });

  it('tells an entry that was changed, even with a hash made for it', async () => {
    const changed = lines.with(1, lines[1]?.replace('key-1', 'key-9') ?? '');
    expect(await problemsOf(changed)).toEqual(['2: entry 2 is not as it was written']);
    const text = sealed[1]?.text.replace('key-1', 'key-9') ?? '';
    const forged = lines.with(1, auditLine({ seq: 2, text, hash: hashOf(text) }).trimEnd());
    expect(await problemsOf(forged)).toEqual(['3: entry 3 was written behind another entry']);
  });

  it('tells entries that are missing, moved or added, and an end that is cut off', async () => {
    expect(await problemsOf(lines.toSpliced(1, 1))).toEqual(['2: entry 3 follows entry 1']);
    const [first, second, third, ...rest] = lines as [string, string, string, ...string[]];
    expect(await problemsOf([first, third, second, ...rest])).toHaveLength(3);
    expect(await problemsOf(lines.slice(0, 3))).toEqual(['3: the end is missing: the file is cut off']);
    expect(await problemsOf(lines.toSpliced(3, 1))).toEqual(['4: the file ends at entry 4, and entry 3 is the last']);
    expect(await problemsOf([...lines, first])).toEqual(['6: there is something behind the end']);
    expect(await problemsOf(['{"seq":1}', '[]', 'no json', '{"a":1,"hash":"0"}', ...lines])).toHaveLength(4);
  });

  it('has to contain, or go on behind, what an earlier file ended with', async () => {
    const second = sealed[1] ?? head;
    for (const given of [lines, lines.slice(2)]) {
      expect(await verdictOf(given, second)).toMatchObject({ isIntact: true });
      expect(await verdictOf(given, { ...second, hash: 'f'.repeat(64) })).toMatchObject({ isIntact: false });
    }
    expect(await verdictOf(lines.slice(3), second)).toMatchObject({ isIntact: false });
    expect(await verdictOf([auditEndLine(head)], head)).toMatchObject({ isIntact: true });
    expect(await verdictOf([auditEndLine(EMPTY_CHAIN)], head)).toMatchObject({ isIntact: false });
  });
});
