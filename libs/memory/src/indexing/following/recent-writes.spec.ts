import { describe, expect, it } from '@jest/globals';
import { aWrite } from '../../testing/truth-builders.js';
import { RecentWrites } from './recent-writes.js';
import { toNamespace } from '../../model/namespace.js';

const NAMESPACE = toNamespace('test');

const aReceipt = { key: '1', version: 3, created: false, id: 7, createdAtMs: 1234 };
const EVENT = '0197D000-0000-7000-8000-000000000001';

describe('recent writes', () => {
  it('hand out what an lexical index needs, once', () => {
    const recent = new RecentWrites();
    const payload = { text: 'blue kettle', session: 's' };
    recent.note(
      [aWrite(NAMESPACE, { coordinate: [1], payload, session: 's', importanceNorm: 0.5, eventId: EVENT })],
      [aReceipt],
    );
    expect(recent.take(EVENT.toLowerCase())).toMatchObject({
      namespace: 'test',
      key: '1',
      version: 3,
      content: { id: 7, version: 3, createdAtMs: 1234, payload, session: 's', importanceNorm: 0.5, expiresAtMs: null },
    });
    expect(recent.take(EVENT.toLowerCase())).toBeUndefined();
  });

  it('leave to the truth what it may keep in another form', () => {
    const recent = new RecentWrites();
    recent.note(
      [
        aWrite(NAMESPACE, { eventId: 'expiring', expiresAt: new Date() }),
        aWrite(NAMESPACE, { eventId: 'long', session: 's'.repeat(1000) }),
      ],
      [aReceipt, aReceipt],
    );
    expect(recent.take('expiring')).toBeUndefined();
    expect(recent.take('long')).toBeUndefined();
  });

  it.each([
    ['of their number', { maxWrites: 2, maxCharacters: 1_000_000 }],
    ['of their size', { maxWrites: 1000, maxCharacters: 250 }],
  ])('keep the newest within a bound %s', (_, bounds) => {
    const recent = new RecentWrites(bounds);
    const payload = { text: 'x'.repeat(40) };
    for (const eventId of ['a', 'b', 'c']) recent.note([aWrite(NAMESPACE, { payload, eventId })], [aReceipt]);
    expect(['a', 'b', 'c'].filter((eventId) => recent.take(eventId))).toEqual(['b', 'c']);
  });

  it('leave a write that is larger than all may be to the truth, and keep the others', () => {
    const recent = new RecentWrites({ maxWrites: 10, maxCharacters: 250 });
    const large = { text: 'x'.repeat(300) };
    recent.note(
      [aWrite(NAMESPACE, { eventId: 'a' }), aWrite(NAMESPACE, { payload: large, eventId: 'b' })],
      [aReceipt, aReceipt],
    );
    expect(['a', 'b'].filter((eventId) => recent.take(eventId))).toEqual(['a']);
  });

  it('forget what was noted up to a mark', () => {
    const recent = new RecentWrites();
    recent.note([aWrite(NAMESPACE, { eventId: 'a' })], [aReceipt]);
    const { mark } = recent;
    recent.note([aWrite(NAMESPACE, { eventId: 'b' })], [aReceipt]);
    recent.forget(mark);
    expect(recent.take('a')).toBeUndefined();
    expect(recent.take('b')).toBeDefined();
  });
});
