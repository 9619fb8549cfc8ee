import { whileWanted } from '@sfm/memory';
import { LostChange } from '../changes/lost-change.js';

/**
 * Runs changes of the same coordinates one after the other, in the order they came; others run side by side. A change
 * whose answer was lost keeps its place until it can change nothing any more, so that a later one is not acknowledged
 * before it and undone by it.
 */
export class WriteOrder {
  /** By coordinate, settles when the last change that came for it is over. */
  private readonly last = new Map<string, Promise<void>>();

  /** Coordinates that changes are under way for. */
  get size(): number {
    return this.last.size;
  }

  /** @param identities the coordinates that the change concerns */
  async run<T>(identities: readonly string[], change: () => Promise<T>): Promise<T> {
    const before = new Set<Promise<void>>();
    let leave: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      leave = () => {
        for (const identity of identities) if (this.last.get(identity) === over) this.last.delete(identity);
        resolve();
      };
    });
    for (const identity of identities) {
      const earlier = this.last.get(identity);
      if (earlier !== undefined && earlier !== over) before.add(earlier);
      this.last.set(identity, over);
    }
    let end: Promise<unknown> | undefined;
    try {
      if (before.size > 0) await whileWanted(Promise.all(before));
      return await change();
    } catch (error) {
      if (error instanceof LostChange) end = error.over;
      throw error;
    } finally {
      // Whoever comes after this one waits for those before it, too.
      void Promise.all([end, ...before]).then(leave);
    }
  }
}
