import { describe, expect, it } from '@jest/globals';
import type { LedgerVersion, Standing } from './memory-history.port.js';
import { foundAmong, readableOf, shown } from './shown-version.js';

const content = { payload: { a: 1 }, importance: 2, importanceNorm: 0.5, contentHash: 'ab', expiresAt: null };
const aVersion = (version: number, more: Partial<LedgerVersion> = {}): LedgerVersion => ({
  version,
  kind: 'updated',
  at: new Date(version),
  type: 'semantic',
  isForeign: false,
  content,
  ...more,
});
const standing = (more: Partial<Standing> = {}): Standing => ({ version: 5, createdVersion: 3, isLive: true, ...more });

describe('what a version held is shown', () => {
  it('while its memory lives', () => {
    expect(shown(aVersion(3), standing())).toEqual({ ...aVersion(3), withheld: null });
  });

  it.each([
    ['its memory is gone', 4, standing({ isLive: false })],
    ['it belongs to an earlier life', 2, standing()],
    ['nobody knows what is there now', 4, undefined],
  ])('not when %s', (_, version, now) => {
    expect(shown(aVersion(version), now)).toEqual({ ...aVersion(version), content: null, withheld: 'deleted' });
    expect(() => readableOf({ versions: [aVersion(version)], standing: now }, version)).toThrow(
      /deleted or has expired/,
    );
  });

  it('not where an earlier release did not note it, and there is nothing to show of a deletion', () => {
    const unknown = aVersion(4, { content: null });
    expect(shown(unknown, standing()).withheld).toBe('unknown');
    expect(() => readableOf({ versions: [unknown], standing: standing() }, 4)).toThrow(/earlier release/);
    const deletion = aVersion(4, { kind: 'deleted', content: null });
    for (const now of [standing(), standing({ isLive: false })]) expect(shown(deletion, now).withheld).toBeNull();
    expect(() => readableOf({ versions: [deletion], standing: standing() }, 4)).toThrow(/is a deletion/);
  });
});

it('a version that the ledger has lost was erased, one beyond the newest never was', () => {
  const known = { versions: [], standing: standing() };
  expect(() => foundAmong(known, 4)).toThrow(/erased/);
  for (const version of [0, -1, 6]) expect(() => foundAmong(known, version)).toThrow(/no version/);
  expect(() => foundAmong({ versions: [], standing: undefined }, 1)).toThrow(/no version/);
});
