import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 5;

/**
 * Runs the work of one namespace strictly in the requested order, and yields to the event loop every few milliseconds.
 * Work of different namespaces may interleave; a single step is never interrupted.
 */
export class CooperativeQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Runs `step` once per item. A step that throws ends this run with that error; later runs continue. What a step
   * returns is waited for before the next item.
   */
  async run<T>(namespace: string, items: Iterable<T>, step: Step<T>): Promise<void> {
    const previous = this.#tails.get(namespace);
    const work = () => inSlices(items, step);
    const run = previous === undefined ? work() : previous.then(work);
    const tail = run.catch(() => undefined);
    this.#tails.set(namespace, tail);
    try {
      await run;
    } finally {
      if (this.#tails.get(namespace) === tail) this.#tails.delete(namespace);
    }
  }
}

type Step<T> = (item: T) => unknown;

async function inSlices<T>(items: Iterable<T>, step: Step<T>): Promise<void> {
  let sliceStart = performance.now();
  for (const item of items) {
    const work = step(item);
    if (work instanceof Promise) await work;
    if (performance.now() - sliceStart > SLICE_MS) {
      await setImmediate();
      sliceStart = performance.now();
    }
  }
}
