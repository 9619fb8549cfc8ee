import { getHeapStatistics } from 'node:v8';
import { Bulkhead, MAX_ANSWER_CHARACTERS, whileWanted, withBudget, type RequestBudget } from '@sfm/memory';

/** What any statement may read. Most requests read far less. */
const SMALL_BYTES = 1024 * 1024;
/** What the statement of a large reading may read: no longer answer could be given. */
const LARGE_BYTES = MAX_ANSWER_CHARACTERS;
/** Share of the heap for one large reading: its rows, the memories made of them and the text of the answer. */
const HEAP_PER_READING = 128 * 1024 * 1024;
const MOST_PLACES = 4;

/** How many large readings fit into the heap of this process. */
function placesInHeap(): number {
  const fitting = Math.floor(getHeapStatistics().heap_size_limit / HEAP_PER_READING);
  return Math.min(MOST_PLACES, Math.max(1, fitting));
}

/**
 * Lets few requests at once hold much of the truth in memory. How much a statement will return shows only when it comes: up
 * to a megabyte, nobody waits. A request with more takes a place, and keeps it until its answer has gone out.
 */
export class LargeReadings {
  private readonly places: Bulkhead;
  private readonly admitted = new WeakSet<RequestBudget>();
  /** Two statements of one request may come together: it takes one place, and waits for no other while it has that. */
  private readonly admissions = new WeakMap<RequestBudget, Promise<void>>();

  constructor(
    places: number = placesInHeap(),
    private readonly bytes: { readonly small: number; readonly large: number } = {
      small: SMALL_BYTES,
      large: LARGE_BYTES,
    },
  ) {
    this.places = new Bulkhead(places);
  }

  /** How many bytes a statement may read for the request now; more is answered with `admit`, or never. */
  allowed(budget: RequestBudget): number {
    if (!budget.root) return Infinity;
    return this.isAdmitted(budget) ? this.bytes.large : this.bytes.small;
  }

  isAdmitted({ root }: RequestBudget): boolean {
    return root !== undefined && this.admitted.has(root);
  }

  /** Resolves when the request has a place, for all that is read for it. @throws RequestEndedError when it ends before */
  async admit({ root }: RequestBudget): Promise<void> {
    if (!root) return;
    let admission = this.admissions.get(root);
    if (!admission) {
      admission = this.enter(root);
      this.admissions.set(root, admission);
    }
    await whileWanted(admission);
  }

  private async enter(root: RequestBudget): Promise<void> {
    const leave = await withBudget(root, () => this.places.enter());
    this.admitted.add(root);
    root.onOver(leave);
  }
}
