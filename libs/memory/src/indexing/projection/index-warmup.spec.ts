import { describe, expect, it } from '@jest/globals';
import { IndexUnavailableError } from '../../model/errors.js';
import { IndexWarmup } from './index-warmup.js';

describe('IndexWarmup', () => {
  it('lets recall begin with the first index that is loaded, and names the other', async () => {
    const warmup = new IndexWarmup(60_000);
    const searchable = warmup.whenSearchable();
    const ready = warmup.whenReady();
    warmup.markLoaded('vector');
    expect([...(await searchable)]).toEqual(['lexical']);
    expect([warmup.isReady, warmup.isLoaded('vector'), warmup.isLoaded('lexical')]).toEqual([false, true, false]);
    warmup.markLoaded('lexical');
    await ready;
    expect([...(await warmup.whenSearchable())]).toEqual([]);
  });

  it('waits for nothing where another server holds an index', async () => {
    const warmup = new IndexWarmup(60_000, ['lexical']);
    expect([...(await warmup.whenSearchable())]).toEqual(['lexical']);
    warmup.markReady();
    expect(warmup.isReady).toBe(true);
  });

  it('says that it is loading, and why it failed, once the time is over', async () => {
    const warmup = new IndexWarmup(10);
    warmup.noteFailure(new Error('the truth is away'));
    for (const waiting of [warmup.whenReady(), warmup.whenSearchable()]) {
      const refusal = await waiting.catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(IndexUnavailableError);
      expect(refusal).toHaveProperty('cause.message', 'the truth is away');
    }
  });
});
