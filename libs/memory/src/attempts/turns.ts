import { throwIfEnded } from './request-budget.js';

/** Lets others have their turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

/** Most time that long work takes between two turns of the event loop, in milliseconds. */
const SLICE_MS = 10;

/**
 * Maps a list that may be long, and lets others have their turn every few milliseconds. Rejects with what the first
 * failing call throws, and with RequestEndedError when the current request ends; later items are not looked at.
 */
export async function mapInTurns<T, R>(items: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const mapped: R[] = [];
  let sliceStart = performance.now();
  for (const [index, item] of items.entries()) {
    mapped.push(map(item, index));
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await nextTurn();
    throwIfEnded();
    sliceStart = performance.now();
  }
  return mapped;
}
