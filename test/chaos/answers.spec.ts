import { beforeEach, describe, expect, it } from '@jest/globals';
import { unexcusedFailures, unmarkedRecalls, wrongRecalls, type Answer, type RecallAnswer } from './answers.js';
import { OperationJournal, type WriteOperation } from './operation-journal.js';

const URL = 'http://one';

describe('unanswered requests', () => {
  const failure: Answer = { kind: 'store', url: URL, fromMs: 100, toMs: 200, isAnswered: false, problem: '503' };

  it('break the promise when nothing excuses them', () => {
    expect(unexcusedFailures([failure, { ...failure, isAnswered: true }], [])).toEqual([
      { promise: 'every store is answered', detail: 'after 100 ms: 503' },
    ]);
  });

  it('are excused while their server is down, not before, after, or because another one is', () => {
    expect(unexcusedFailures([failure], [{ urls: [URL], fromMs: 150, toMs: 160 }])).toEqual([]);
    expect(unexcusedFailures([failure], [{ urls: [URL], fromMs: 201, toMs: 300 }])).toHaveLength(1);
    expect(unexcusedFailures([failure], [{ urls: [URL], fromMs: 0, toMs: 99 }])).toHaveLength(1);
    expect(unexcusedFailures([failure], [{ urls: ['http://two'], fromMs: 0, toMs: 300 }])).toHaveLength(1);
  });
});

describe('recalls', () => {
  let journal: OperationJournal;
  let wanted: WriteOperation;

  const written = (kind: 'store' | 'delete') => {
    const operation = journal.send(kind, '1');
    journal.settle(operation, 'acknowledged');
    return operation;
  };
  const recall = (hits: RecallAnswer['hits'], degraded: readonly string[] = []): RecallAnswer => ({
    ...{ kind: 'recall', url: URL, fromMs: 100, toMs: 200, isAnswered: true },
    ...{ sentAt: journal.now(), wanted, hits, degraded },
  });
  const promises = (answer: RecallAnswer) => wrongRecalls(journal, [answer]).map(({ promise }) => promise);

  beforeEach(() => {
    journal = new OperationJournal();
    wanted = written('store');
  });

  it('must find what was acknowledged', () => {
    expect(promises(recall([{ key: '1', write: wanted.write }]))).toEqual([]);
    expect(promises(recall([]))).toEqual(['acknowledged is recalled']);
    expect(promises({ ...recall([]), isAnswered: false })).toEqual([]);
  });

  it('must not show what was replaced or deleted before they were sent', () => {
    const before = recall([{ key: '1', write: wanted.write }]);
    written('store');
    expect(promises(before)).toEqual([]);
    expect(promises(recall([{ key: '1', write: wanted.write }]))).toEqual(['nothing stale is recalled']);
    const [, current] = journal.effects('1');
    if (current === undefined) throw new Error('no second write');
    written('delete');
    expect(promises(recall([{ key: '1', write: current.write }]))).toEqual(['nothing stale is recalled']);
    expect(promises(recall([]))).toEqual([]);
  });

  it('may show either side of a write that is under way', () => {
    const underWay = journal.send('delete', '1');
    expect(promises(recall([{ key: '1', write: wanted.write }]))).toEqual([]);
    expect(promises(recall([]))).toEqual([]);
    journal.settle(underWay, 'unknown');
    expect(promises(recall([]))).toEqual([]);
  });

  it('must say that a lane is missing while its server is away', () => {
    const away = { fromMs: 100, toMs: 200 };
    expect(unmarkedRecalls([recall([])], away)).toHaveLength(1);
    expect(unmarkedRecalls([recall([], ['vector'])], away)).toEqual([]);
    expect(
      unmarkedRecalls(
        [
          { ...recall([]), fromMs: 99 },
          { ...recall([]), toMs: 201 },
        ],
        away,
      ),
    ).toEqual([]);
  });
});

describe('the journal', () => {
  it('lets nothing follow a write that may still happen', () => {
    const journal = new OperationJournal();
    const open = journal.send('store', '1');
    expect(() => journal.send('delete', '1')).toThrow('may still happen');
    journal.settle(open, 'unknown');
    expect(() => journal.send('delete', '1')).toThrow('may still happen');
    expect(journal.currentStore('1')).toBeUndefined();
  });

  it('counts by kind and outcome', () => {
    const journal = new OperationJournal();
    journal.settle(journal.send('store', '1'), 'acknowledged');
    journal.settle(journal.send('delete', '1'), 'acknowledged');
    journal.settle(journal.send('store', '2'), 'refused');
    expect(journal.count('store', 'acknowledged')).toBe(1);
    expect(journal.count('delete', 'acknowledged')).toBe(1);
    expect(journal.count('store', 'refused')).toBe(1);
    expect(journal.deletedKeys()).toEqual(['1']);
  });
});
