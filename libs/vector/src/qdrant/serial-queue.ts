/** Runs work of one namespace one after the other, in the order it was asked for. */
export class SerialQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** What the work answers with; work that fails does not stop what waits behind it. */
  async run<T>(namespace: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(namespace) ?? Promise.resolve();
    const run = previous.then(work);
    const tail = run.catch(() => undefined);
    this.#tails.set(namespace, tail);
    try {
      return await run;
    } finally {
      if (this.#tails.get(namespace) === tail) this.#tails.delete(namespace);
    }
  }
}
