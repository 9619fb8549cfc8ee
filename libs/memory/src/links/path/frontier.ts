import type { Step, StepPosition, StepsFrom } from '../ports/link-reader.port.js';

/** A way from one end of the search to a node. */
export interface Label {
  readonly node: string;
  readonly cost: number;
  readonly hops: number;
  /** The label before, and the link that leads from it to this one; undefined at the end itself. */
  readonly before?: Label;
  readonly step?: Step;
}

/** Links of a label in order of cost: `at` is the next one to be followed, or to be asked for where it is not known yet. */
interface Following {
  readonly label: Label;
  readonly at: number;
  /** No arrival along this or a later link costs less. */
  readonly cost: number;
}

/** Links of a node that are known, the cheapest first. */
interface Known {
  readonly steps: Step[];
  isComplete: boolean;
}

export type CostOf = (step: Step) => number;

/**
 * One side of a search: nodes are reached in the order of their cost, as Dijkstra does it, but the links of a node are
 * only looked at one by one, the cheapest first, so that a node with very many is not read as a whole. A node is reached
 * again when that takes fewer links, because the number of links of a path is limited.
 */
export class Frontier {
  /** Every label of a node that was reached; none costs more and takes as many links as another. */
  readonly reached = new Map<string, Label[]>();
  private readonly known = new Map<string, Known>();
  private readonly queue = new CostQueue<Following>();

  constructor(
    start: string,
    private readonly maxHops: number,
    private readonly costOf: CostOf,
    private readonly closed: ReadonlySet<string>,
  ) {
    this.reach({ node: start, cost: 0, hops: 0 });
  }

  /** No node that is still to be reached costs less. Infinite when there is none. */
  get cost(): number {
    return this.queue.least?.cost ?? Infinity;
  }

  /** Reaches the next node, the cheapest one; undefined when links stand in the way that are not known, or none is left. */
  next(): Label | undefined {
    for (let next = this.queue.least; next !== undefined; next = this.queue.least) {
      const known = this.known.get(next.label.node);
      const step = known?.steps[next.at];
      if (step === undefined && !known?.isComplete) return undefined;
      this.queue.take();
      if (step === undefined) continue;
      const label = arrival(next.label, step, this.costOf(step));
      // It was not known yet how much the link costs.
      if (label.cost > next.cost) this.queue.add({ ...next, cost: label.cost });
      else {
        this.follow(next.label, next.at + 1);
        if (!this.isNew(label)) continue;
        this.reach(label);
        return label;
      }
    }
    return undefined;
  }

  /**
   * Returns the nodes whose links stand in the way, or soon will: those that would be reached next if nothing led out of them.
   * The cheapest first, each with the place up to which its links are known.
   *
   * @param below nodes that cost more are of no use
   */
  wanted(most: number, below: number): readonly StepsFrom[] {
    const keys = new Set<string>();
    const seen = new Set<string>();
    const ahead = this.queue.copy();
    for (let next = ahead.take(); next && next.cost < below && keys.size < most; next = ahead.take()) {
      const { label, at } = next;
      const known = this.known.get(label.node);
      const step = known?.steps[at];
      if (step === undefined) {
        if (!known?.isComplete) keys.add(label.node);
        continue;
      }
      const reached = arrival(label, step, this.costOf(step));
      if (reached.cost > next.cost) ahead.add({ label, at, cost: reached.cost });
      else {
        ahead.add(this.following(label, at + 1));
        if (seen.has(reached.node) || reached.hops === this.maxHops || !this.isNew(reached)) continue;
        seen.add(reached.node);
        ahead.add(this.following(reached, 0));
      }
    }
    return [...keys].map((key) => ({ key, ...after(this.known.get(key)?.steps.at(-1)) }));
  }

  /** Takes links that were asked for. A node that has fewer than `limit` has no others. */
  learn(keys: readonly string[], steps: readonly Step[], limit: number): void {
    const counts = new Map(keys.map((key) => [key, 0]));
    for (const step of steps) {
      this.knownOf(step.at).steps.push(step);
      counts.set(step.at, (counts.get(step.at) ?? 0) + 1);
    }
    for (const [key, count] of counts) if (count < limit) this.knownOf(key).isComplete = true;
  }

  /** The links of the nodes that were reached, as far as they are known. */
  *knownSteps(): Generator<Step> {
    for (const node of this.reached.keys()) yield* this.known.get(node)?.steps ?? [];
  }

  /** The nodes of which not all links are known, with their cheapest label and up to where they are known. */
  *openEnds(): Generator<{ readonly label: Label; readonly after?: StepPosition }> {
    for (const [node, known] of this.known) {
      const [label] = this.reached.get(node) ?? [];
      if (label && !known.isComplete) yield { label, ...after(known.steps.at(-1)) };
    }
    for (const [node, labels] of this.reached) {
      const [label] = labels;
      if (label && !this.known.has(node) && labels.some(({ hops }) => hops < this.maxHops)) yield { label };
    }
  }

  private knownOf(node: string): Known {
    const known = this.known.get(node) ?? { steps: [], isComplete: false };
    this.known.set(node, known);
    return known;
  }

  private isNew({ node, hops }: Label): boolean {
    if (this.closed.has(node)) return false;
    // Labels come in the order of their cost: an earlier one that takes no more links is at least as good.
    return this.reached.get(node)?.every((earlier) => earlier.hops > hops) ?? true;
  }

  private reach(label: Label): void {
    const labels = this.reached.get(label.node);
    if (labels) labels.push(label);
    else this.reached.set(label.node, [label]);
    if (label.hops < this.maxHops) this.follow(label, 0);
  }

  private follow(label: Label, at: number): void {
    this.queue.add(this.following(label, at));
  }

  private following(label: Label, at: number): Following {
    const { steps = [] } = this.known.get(label.node) ?? {};
    const step = steps[at] ?? steps.at(-1);
    return { label, at, cost: step ? costOfBoth(label.cost, this.costOf(step)) : label.cost };
  }
}

/** The sum of two costs; the largest double where none can hold it, so that there is a path all the same. */
export function costOfBoth(one: number, other: number): number {
  return Math.min(Number.MAX_VALUE, one + other);
}

/** The label of the node that the link leads to. */
export function arrival(before: Label, step: Step, cost: number): Label {
  return { node: step.other, cost: costOfBoth(before.cost, cost), hops: before.hops + 1, before, step };
}

function after(last: StepPosition | undefined): { readonly after?: StepPosition } {
  return last === undefined ? {} : { after: { weight: last.weight, id: last.id } };
}

/** A binary heap. */
class CostQueue<Item extends { readonly cost: number }> {
  private readonly items: Item[] = [];

  get least(): Item | undefined {
    return this.items[0];
  }

  add(item: Item): void {
    let place = this.items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.items[parent];
      if (!above || above.cost <= item.cost) break;
      this.items[place] = above;
      place = parent;
    }
    this.items[place] = item;
  }

  take(): Item | undefined {
    const [least] = this.items;
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) this.sink(last);
    return least;
  }

  copy(): CostQueue<Item> {
    const copy = new CostQueue<Item>();
    copy.items.push(...this.items);
    return copy;
  }

  private sink(item: Item): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [a, b] = [this.items[left], this.items[left + 1]];
      const child = b && a && b.cost < a.cost ? left + 1 : left;
      const below = this.items[child];
      if (!below || below.cost >= item.cost) break;
      this.items[place] = below;
      place = child;
    }
    this.items[place] = item;
  }
}
