import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { IndexUnavailableError } from '../../model/errors.js';
import type { IndexState } from '../room/index-room.js';
import { IndexWarmup } from './index-warmup.js';

describe('IndexWarmup', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

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

  describe('without room for an index', () => {
    const states: Record<string, IndexState> = {};
    const warmup = () =>
      new IndexWarmup(60_000, ['vector', 'lexical'], {
        stateOf: (index) => states[index] ?? 'whole',
        problem: 'buy more',
      });
    const answer = async (of: IndexWarmup) => {
      const { unsearched, incomplete } = await of.whenSearchable();
      return [[...unsearched], [...incomplete]];
    };

    it('lets recall go on with the other, and names it', async () => {
      Object.assign(states, { vector: 'whole', lexical: 'none' });
      const loading = warmup();
      loading.markLoaded('vector');
      expect(await answer(loading)).toEqual([['lexical'], []]);
      expect([loading.lackOf('lexical'), loading.lackOf('vector')]).toEqual(['no_room', undefined]);
      await expect(loading.whenReady()).rejects.toThrow('buy more');
    });

    it('has what takes no more searched, and names it', async () => {
      Object.assign(states, { vector: 'partial', lexical: 'none' });
      const loading = warmup();
      loading.markReady();
      expect(await answer(loading)).toEqual([['lexical'], ['vector']]);
    });

    it('refuses at once when there is room for none, and says what to do', async () => {
      Object.assign(states, { vector: 'none', lexical: 'none' });
      await expect(warmup().whenSearchable()).rejects.toThrow(new IndexUnavailableError('buy more'));
    });
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
