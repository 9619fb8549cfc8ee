import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 5;
const STEPS_BETWEEN_CLOCK_READINGS = 8;

/**
 * Runs work of one namespace strictly in the order it was asked for, and gives the event loop back every few
 * milliseconds in between. Work of different namespaces may interleave; a single step never does.
 */
export class CooperativeQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `step` once per item. A step that throws ends this run with that error; later runs go on. */
  async run<T>(namespace: string, items: Iterable<T>, step: (item: T) => void): Promise<void> {
    const previous = this.#tails.get(namespace);
    const run = previous === undefined ? inSlices(items, step) : previous.then(() => inSlices(items, step));
    const tail = run.catch(() => undefined);
    this.#tails.set(namespace, tail);
    try {
      await run;
    } finally {
      if (this.#tails.get(namespace) === tail) this.#tails.delete(namespace);
    }
  }
}

async function inSlices<T>(items: Iterable<T>, step: (item: T) => void): Promise<void> {
  let sliceStart = performance.now();
  let steps = 0;
  for (const item of items) {
    step(item);
    if (++steps % STEPS_BETWEEN_CLOCK_READINGS === 0 && performance.now() - sliceStart > SLICE_MS) {
      await setImmediate();
      sliceStart = performance.now();
    }
  }
}
