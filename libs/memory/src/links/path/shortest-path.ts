import { GraphLimitError } from '../../model/errors.js';
import type { BridgesQuery, FoundPath, Step, StepsFrom, StepsQuery } from '../ports/link-reader.port.js';
import { arrival, costOfBoth, Frontier, type Label } from './frontier.js';

export interface PathSearch {
  readonly from: string;
  readonly to: string;
  /** Most links of the path. */
  readonly maxHops: number;
  /** What is to be small: the sum of the weights, or the number of links. */
  readonly cost: 'weight' | 'links';
  /** Nodes that no path may touch. */
  readonly closed: ReadonlySet<string>;
  /** Most nodes that may be looked at. */
  readonly maxVisited: number;
  /** Links of a node that are asked for at once. @default 8 */
  readonly stepsAtOnce?: number;
  /** Gives links of a type, if only those count. */
  readonly source: StepSource;
}

export interface StepSource {
  steps(direction: StepsQuery['direction'], from: readonly StepsFrom[], limit: number): Promise<readonly Step[]>;
  bridges(query: Omit<BridgesQuery, 'type'>): Promise<readonly Step[]>;
}

/** Nodes that are asked about at once: a part of those that were reached, so that few are read in vain. */
const SHARE_AT_ONCE = 0.5;
const LEAST_AT_ONCE = 8;
const MOST_AT_ONCE = 256;
/** Links of a node that are asked for at once. */
const STEPS_AT_ONCE = 8;

/**
 * Finds the cheapest path with at most `maxHops` links, along the links from one end and against them from the other.
 *
 * The two sides have met in the cheapest path when what each could still reach costs more together; only links between
 * nodes of both sides that were not looked at yet could make a cheaper one, and those are asked for at the end.
 *
 * @throws GraphLimitError when that needs more nodes than may be looked at
 */
export async function findShortestPath(search: PathSearch): Promise<FoundPath | undefined> {
  if (search.from === search.to) return { nodes: [search.from], steps: [], cost: 0 };
  const meeting = new Meeting(search.maxHops);
  const sides = [sideOf(search, 'out'), sideOf(search, 'in')] as const;
  const [ahead, back] = sides;
  const isOver = () => costOfBoth(ahead.frontier.cost, back.frontier.cost) >= meeting.cost || isExhausted(ahead, back);
  for (;;) {
    advance(sides, meeting, isOver);
    if (isOver()) break;
    const visited = ahead.frontier.reached.size + back.frontier.reached.size;
    if (visited > search.maxVisited) throw new GraphLimitError(search.maxVisited);
    const below = (other: Side) => meeting.cost - other.frontier.cost;
    await Promise.all([learn(ahead, search, below(back)), learn(back, search, below(ahead))]);
  }
  if (meeting.cost < Infinity) await bridge(search, sides, meeting);
  return meeting.path();
}

interface Side {
  readonly direction: 'out' | 'in';
  readonly frontier: Frontier;
}

function sideOf({ from, to, maxHops, cost, closed }: PathSearch, direction: Side['direction']): Side {
  const start = direction === 'out' ? from : to;
  return { direction, frontier: new Frontier(start, maxHops, COST_OF[cost], closed) };
}

const COST_OF = { weight: ({ weight }: Step) => weight, links: () => 1 };

/** A side that can reach nothing more has reached all that the other one could come to. */
function isExhausted(ahead: Side, back: Side): boolean {
  return ahead.frontier.cost === Infinity || back.frontier.cost === Infinity;
}

/** Lets the side that has reached less go on, node by node, until both lack links or the path is found. */
function advance([ahead, back]: readonly [Side, Side], meeting: Meeting, isOver: () => boolean): void {
  while (!isOver()) {
    const isAheadFirst = ahead.frontier.reached.size <= back.frontier.reached.size;
    const inTurn = isAheadFirst ? [ahead, back] : [back, ahead];
    if (!inTurn.some((side) => reachNext(side, side === ahead ? back : ahead, meeting))) return;
  }
}

function reachNext({ direction, frontier }: Side, other: Side, meeting: Meeting): boolean {
  const label = frontier.next();
  if (!label) return false;
  for (const opposite of other.frontier.reached.get(label.node) ?? []) {
    if (direction === 'out') meeting.offer(label, opposite);
    else meeting.offer(opposite, label);
  }
  return true;
}

/** @param below nodes that cost more are of no use */
async function learn({ direction, frontier }: Side, search: PathSearch, below: number): Promise<void> {
  const { source, stepsAtOnce = STEPS_AT_ONCE } = search;
  const portion = Math.min(Math.max(LEAST_AT_ONCE, frontier.reached.size * SHARE_AT_ONCE), MOST_AT_ONCE);
  const wanted = frontier.wanted(portion, below);
  if (wanted.length === 0) return;
  const steps = await source.steps(direction, wanted, stepsAtOnce);
  frontier.learn(
    wanted.map(({ key }) => key),
    steps,
    stepsAtOnce,
  );
}

/** Offers the links between nodes of both sides that were not followed, and asks for those that are not known. */
async function bridge(search: PathSearch, sides: readonly [Side, Side], meeting: Meeting): Promise<void> {
  const { source, cost } = search;
  const [ahead, back] = [sides[0].frontier, sides[1].frontier];
  const offer = (step: Step) => {
    for (const opposite of back.reached.get(step.other) ?? []) {
      for (const before of ahead.reached.get(step.at) ?? []) {
        meeting.offer(arrival(before, step, COST_OF[cost](step)), opposite);
      }
    }
  };
  for (const step of ahead.knownSteps()) offer(step);
  const from = [...ahead.openEnds()].flatMap(({ label, after }) => {
    const left = meeting.cost - label.cost;
    const isOpen = cost === 'links' ? left > 1 : (after?.weight ?? 0) < left;
    return isOpen ? [{ key: label.node, below: cost === 'links' ? Infinity : left, ...(after ? { after } : {}) }] : [];
  });
  if (from.length === 0) return;
  for (const step of await source.bridges({ from, to: [...back.reached.keys()] })) offer(step);
}

/** The cheapest path known so far, as the label of either side at a node of both. */
class Meeting {
  cost = Infinity;
  private hops = Infinity;
  private best: readonly [ahead: Label, back: Label] | undefined;

  constructor(private readonly maxHops: number) {}

  offer(ahead: Label, back: Label): void {
    const hops = ahead.hops + back.hops;
    const cost = costOfBoth(ahead.cost, back.cost);
    if (hops > this.maxHops || cost > this.cost || (cost === this.cost && hops >= this.hops)) return;
    this.cost = cost;
    this.hops = hops;
    this.best = [ahead, back];
  }

  path(): FoundPath | undefined {
    if (!this.best) return undefined;
    const [ahead, back] = this.best;
    const there = [...walk(ahead)].reverse();
    const onwards = [...walk(back)];
    const nodes = [...there, ...onwards.slice(1)].map(({ node }) => node);
    return {
      ...withoutLoops(
        nodes,
        [...there, ...onwards].flatMap(({ step }) => step ?? []),
      ),
      cost: this.cost,
    };
  }
}

/** Links that cost nothing may have led in a circle. */
function withoutLoops(nodes: readonly string[], steps: readonly Step[]): Pick<FoundPath, 'nodes' | 'steps'> {
  const kept: string[] = [];
  const links: Step[] = [];
  for (const [index, node] of nodes.entries()) {
    const step = steps[index - 1];
    if (step) links.push(step);
    const seen = kept.indexOf(node);
    kept.length = seen === -1 ? kept.length : seen;
    links.length = seen === -1 ? links.length : seen;
    kept.push(node);
  }
  return { nodes: kept, steps: links };
}

function* walk(label: Label): Generator<Label> {
  for (let at: Label | undefined = label; at; at = at.before) yield at;
}
