import { describe, expect, it } from '@jest/globals';
import { brokenLinks, LinkJournal, type ObservedLinks } from './link-journal.js';
import type { Outcome } from './operation-journal.js';

/** Made, changed, removed and made again, each answered. */
function history(outcomes: readonly Outcome[] = []): LinkJournal {
  const journal = new LinkJournal();
  for (const [n, kind] of (['link', 'link', 'unlink', 'unlink', 'link'] as const).entries()) {
    journal.settle('a', journal.send(kind, 'a'), outcomes[n] ?? 'acknowledged');
  }
  return journal;
}

const linked = (step: number, version: number) => ({ link: 'a', type: 'linked', step, version });
const WHOLE: ObservedLinks = {
  links: [{ link: 'a', step: 5, version: 1 }],
  linkEvents: [linked(1, 1), linked(2, 2), { link: 'a', type: 'unlinked', step: 2, version: 2 }, linked(5, 1)],
};
const promises = (state: ObservedLinks, journal = history()) =>
  brokenLinks(journal, state).map(({ promise }) => promise);

describe('links after a fault', () => {
  it('are as their ledger and their callers say', () => {
    expect(promises(WHOLE)).toEqual([]);
    expect(history().count('link', 'acknowledged')).toBe(3);
  });

  it('may lack what failed or was not answered, and nothing else', () => {
    const state = {
      ...WHOLE,
      linkEvents: [linked(1, 1), { link: 'a', type: 'unlinked', step: 1, version: 1 }, linked(5, 1)],
    };
    expect(promises(state, history(['acknowledged', 'failed']))).toEqual([]);
    expect(promises(state, history(['acknowledged', 'unknown']))).toEqual([]);
    expect(promises(state)).toEqual(['ledger of links']);
    expect(promises(WHOLE, history(['acknowledged', 'refused']))).toEqual(['ledger of links']);
  });

  it.each<[string, Partial<ObservedLinks>]>([
    ['links', { links: [] }],
    ['links', { links: [{ link: 'a', step: 2, version: 1 }] }],
    ['links', { links: [...WHOLE.links, ...WHOLE.links] }],
    ['ledger of links', { linkEvents: [...WHOLE.linkEvents, linked(5, 2)] }],
    ['ledger of links', { linkEvents: WHOLE.linkEvents.toSpliced(1, 1) }],
    ['ledger of links', { linkEvents: WHOLE.linkEvents.with(3, linked(5, 3)) }],
    ['nothing from nowhere', { links: [...WHOLE.links, { link: 'b', step: 1, version: 1 }] }],
  ])('break a promise: %s', (promise, change) => {
    expect(promises({ ...WHOLE, ...change })).toEqual([promise]);
  });
});
