import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { IndexUnavailableError } from '../../model/errors.js';
import { IndexWarmup } from './index-warmup.js';

describe('IndexWarmup', () => {
  afterEach(() => jest.restoreAllMocks());

  it('lets recall begin with the first index that is loaded, and names the other', async () => {
    const warmup = new IndexWarmup(60_000);
    const searchable = warmup.whenSearchable();
    const ready = warmup.whenReady();
    warmup.markLoaded('vector');
    expect([...(await searchable).unsearched]).toEqual(['lexical']);
    expect([warmup.isReady, warmup.isLoaded('vector'), warmup.isLoaded('lexical')]).toEqual([false, true, false]);
    warmup.markLoaded('lexical');
    await ready;
    expect([...(await warmup.whenSearchable()).unsearched]).toEqual([]);
  });

  it('waits for nothing where another server holds an index', async () => {
    const warmup = new IndexWarmup(60_000, ['lexical']);
    expect([...(await warmup.whenSearchable()).unsearched]).toEqual(['lexical']);
    warmup.markReady();
    expect(warmup.isReady).toBe(true);
  });

  it('says that it is loading, and why it failed, once the time is over', async () => {
    const warmup = new IndexWarmup(10);
    warmup.noteFailure(new Error('the truth is away'));
    const refusal = await warmup.whenReady().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(IndexUnavailableError);
    expect(refusal).toHaveProperty('cause.message', 'the truth is away');
  });

  it('lets recall search what is there after a moment, and names it as incomplete', async () => {
    const warmup = new IndexWarmup(10);
    const { unsearched, incomplete } = await warmup.whenSearchable();
    expect([[...unsearched], [...incomplete]]).toEqual([[], ['vector', 'lexical']]);
  });

  it('counts that moment from when filling began, so that only the first recalls wait', async () => {
    const warmup = new IndexWarmup(60_000);
    jest.spyOn(performance, 'now').mockReturnValue(1000);
    warmup.begin();
    jest.spyOn(performance, 'now').mockReturnValue(2000);
    const { incomplete } = await warmup.whenSearchable();
    expect([...incomplete]).toEqual(['vector', 'lexical']);
  });
});
