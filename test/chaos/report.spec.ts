import { describe, expect, it } from '@jest/globals';
import { LinkJournal } from './link-journal.js';
import { OperationJournal } from './operation-journal.js';
import { countsOf, reportOf } from './report.js';

describe('the report of faults', () => {
  const journal = new OperationJournal();
  const wanted = journal.send('store', '1');
  journal.settle(wanted, 'acknowledged');
  journal.settle(journal.send('store', '2'), 'unknown');
  const links = new LinkJournal();
  links.settle('1-2', links.send('link', '1-2'), 'acknowledged');
  const answer = { kind: 'recall', url: '', fromMs: 0, toMs: 1, sentAt: 1, wanted, hits: [] } as const;
  const recalls = [
    { ...answer, isAnswered: true, degraded: [] },
    { ...answer, isAnswered: true, degraded: ['vector'] },
    { ...answer, isAnswered: false, degraded: [] },
  ];
  const violations = Array.from({ length: 22 }, (_, index) => ({ promise: 'ledger', detail: `gap ${index}` }));

  it('counts what was acknowledged, answered, left open and broken, and the slowest recovery', () => {
    const rounds = [
      { violations: [], recoverySeconds: 2.5, cached: 1 },
      { violations, recoverySeconds: 1, cached: 3 },
    ];
    expect(countsOf('kafka', { journal, links, exports: [[]], recalls }, rounds)).toEqual({
      fault: 'kafka',
      ...{
        rounds: 2,
        stored: 1,
        deleted: 0,
        linked: 1,
        unlinked: 0,
        exported: 1,
        recalled: 2,
        degraded: 1,
        failed: 0,
        unknown: 1,
        cached: 3,
      },
      ...{ slowestRecoverySeconds: 2.5, violations },
    });
  });

  it('names what was broken, and how much more there is', () => {
    const round = { violations, recoverySeconds: 1, cached: 0 };
    const lines = reportOf([countsOf('kafka', { journal, links, exports: [[]], recalls }, [round])]).split('\n');
    expect(lines[1]).toMatch(/^kafka +1 /);
    expect(lines[2]).toBe('BROKEN by kafka: ledger: gap 0');
    expect(lines.at(-1)).toBe('BROKEN by kafka: 2 more');
    expect(lines).toHaveLength(23);
  });
});
