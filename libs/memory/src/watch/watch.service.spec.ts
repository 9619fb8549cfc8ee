import { describe, expect, it } from '@jest/globals';
import { toNamespace } from '../model/namespace.js';
import { ChangeLog, type LoggedChange, type LogPage, type LogPosition } from './change-log.port.js';
import { WatchService } from './watch.service.js';

const NAMESPACE = toNamespace('watched');

/** A log of which everything is told at once, and how often it was asked. */
class NotedLog extends ChangeLog {
  readonly changes: LoggedChange[] = [];
  asked = 0;

  add(...keys: string[]): void {
    for (const key of keys) {
      this.changes.push({ eventId: key, kind: 'created', key, version: 1, at: new Date(0) });
    }
  }

  async now(): Promise<LogPosition> {
    return { seq: this.changes.length };
  }

  async after(_: unknown, { seq }: LogPosition, limit: number): Promise<LogPage> {
    this.asked += 1;
    const changes = this.changes.slice(seq, seq + limit);
    return { changes, position: { seq: seq + changes.length }, isCaughtUp: changes.length < limit };
  }
}

const keysOf = (page: IteratorResult<LogPage, unknown>) =>
  page.done === true ? undefined : page.value.changes.map(({ key }) => key);

describe('a watch', () => {
  it('tells what is new from a position on, in pages, and where it stands at once', async () => {
    const log = new NotedLog();
    log.add('a', 'b', 'c');
    const stopping = new AbortController();
    const service = new WatchService(log, { pollMs: 1, pageSize: 2 });
    const pages = service.watch(NAMESPACE, { seq: 0 }, stopping.signal);
    expect(keysOf(await pages.next())).toEqual(['a', 'b']);
    expect(keysOf(await pages.next())).toEqual(['c']);
    const next = pages.next();
    log.add('d');
    expect(keysOf(await next)).toEqual(['d']);
    stopping.abort();
    expect(await pages.next()).toMatchObject({ done: true });

    const fromNow = service.watch(NAMESPACE, 'now', new AbortController().signal);
    expect(await fromNow.next()).toMatchObject({ value: { changes: [], position: { seq: 4 } } });
    await fromNow.return(undefined);
  });

  it('reads nothing ahead of who takes its pages', async () => {
    const log = new NotedLog();
    log.add(...Array.from({ length: 100 }, (_, index) => String(index)));
    const pages = new WatchService(log, { pageSize: 10 }).watch(NAMESPACE, { seq: 0 }, new AbortController().signal);
    await pages.next();
    await pages.next();
    expect(log.asked).toBe(2);
    await pages.return(undefined);
  });

  it('gives a sign of life after a silence, and ends in the middle of one', async () => {
    const log = new NotedLog();
    const stopping = new AbortController();
    const pages = new WatchService(log, { pollMs: 1, silenceMs: 5 }).watch(NAMESPACE, 'now', stopping.signal);
    expect(keysOf(await pages.next())).toEqual([]);
    expect(keysOf(await pages.next())).toEqual([]);
    const last = pages.next();
    stopping.abort();
    await last;
    expect(await pages.next()).toMatchObject({ done: true });
  });

  it('is refused when too many are open, and can be opened again when one has ended', async () => {
    const service = new WatchService(new NotedLog(), { maxWatches: 1 });
    const { signal } = new AbortController();
    const first = service.watch(NAMESPACE, 'now', signal);
    await first.next();
    await expect(service.watch(NAMESPACE, 'now', signal).next()).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
    await first.return(undefined);
    expect(keysOf(await service.watch(NAMESPACE, 'now', signal).next())).toEqual([]);
  });
});
