import type { RecallIndexName } from '../../index-model/index-readiness.port.js';
import { costOf, type IndexCosts, type TruthExtent } from './index-cost.js';
import { shareOf, usedShare, type Fill, type MemoryUse, type ProcessMemory } from './process-memory.port.js';

/** Operators are warned from this share of a limit on, and no index is loaded that would use more. */
export const WARNED_SHARE = 0.8;
/** From this share on nothing is added to indexes: the rest is for requests and for collecting garbage. */
const FULL_SHARE = 0.85;
/**
 * A collection that had begun before an index was given up may still count it, so the second one after it is the first
 * that tells what is left.
 */
const COLLECTIONS_TO_TELL = 2;

/** `partial`: what it holds is current, and it takes nothing more. `none`: it holds nothing. */
export type IndexState = 'whole' | 'partial' | 'none';

export interface IndexRoomOptions {
  /** The indexes that live in this process, the one that recall can least do without first. */
  readonly indexes: readonly RecallIndexName[];
  readonly costs: IndexCosts;
  /** Told in plain words what recall goes without, why, and what to do. */
  readonly onProblem: (problem: string) => void;
}

const NAMES: Readonly<Record<RecallIndexName, string>> = { lexical: 'the index of words', vector: 'the vector index' };
const ADVICE =
  'Raise the limit (NODE_OPTIONS=--max-old-space-size=<MB> for the heap, the memory of the container for the process) or ' +
  'let Qdrant have the vectors, and start again.';

/**
 * Decides which in-process indexes this process has room for. Too little memory would end in endless collections of
 * garbage and then in the death of the process, and again after its restart; so recall goes without an index instead, and
 * everything that the truth answers goes on. A decision holds until the process ends.
 */
export class IndexRoom {
  private readonly states = new Map<RecallIndexName, IndexState>();
  private readonly told: string[] = [];
  /** Number of collections from which on the use of memory says something again. */
  private judgedFrom = 0;

  constructor(
    private readonly memory: ProcessMemory,
    private readonly options: IndexRoomOptions,
  ) {}

  /** Decides, before they are loaded, which indexes fit: all, else the first that does, else none. */
  plan(extent: TruthExtent): void {
    const wanted = this.whole();
    const use = this.memory.read();
    const kept = [wanted, ...wanted.map((index) => [index])].find((some) => this.fit(some, extent, use)) ?? [];
    const refused = wanted.filter((index) => !kept.includes(index));
    if (refused.length === 0) return;
    for (const index of refused) this.states.set(index, 'none');
    const { heapBytes, outsideBytes } = costOf(wanted, this.options.costs, extent);
    this.tell(
      `there is not enough memory for ${namesOf(refused)}: ${extent.memories} memories need about ${megabytes(heapBytes)} ` +
        `of heap${wanted.length > 1 ? ' in both indexes' : ''} and ${megabytes(outsideBytes)} outside it, and ` +
        `${describe(use)}, of which ${WARNED_SHARE * 100} % may be filled`,
    );
  }

  /** Returns whether the index takes more, and decides it anew as memory fills up. */
  admits(index: RecallIndexName): boolean {
    if (this.stateOf(index) !== 'whole') return false;
    const use = this.memory.read();
    if (use.collections >= this.judgedFrom && usedShare(use) >= FULL_SHARE) this.shrink(use);
    return this.stateOf(index) === 'whole';
  }

  stateOf(index: RecallIndexName): IndexState {
    return this.states.get(index) ?? 'whole';
  }

  /** What recall goes without, why, and what to do; undefined when nothing is missing. */
  get problem(): string | undefined {
    return this.told.length === 0 ? undefined : this.told.join(' ');
  }

  /** How much memory is used now. */
  get use(): MemoryUse {
    return this.memory.read();
  }

  /** The number of indexes that are not whole for want of memory. */
  get lacking(): number {
    return this.options.indexes.length - this.whole().length;
  }

  /**
   * Words take most of the heap, vectors most of what is outside it: the index goes that frees what has run out. The last
   * one stays as it is.
   */
  private shrink(use: MemoryUse): void {
    const whole = this.whole();
    const heaviest: RecallIndexName = shareOf(use.heap) >= FULL_SHARE ? 'lexical' : 'vector';
    const isLast = whole.length === 1;
    const [index = heaviest] = isLast ? whole : [heaviest];
    this.states.set(index, isLast ? 'partial' : 'none');
    this.judgedFrom = use.collections + COLLECTIONS_TO_TELL;
    const what = isLast ? 'takes no more memories' : 'is given up';
    this.tell(`memory is running out, so ${NAMES[index]} ${what}: ${describe(use)}`);
  }

  private fit(indexes: readonly RecallIndexName[], extent: TruthExtent, { heap, resident }: MemoryUse): boolean {
    const { heapBytes, outsideBytes } = costOf(indexes, this.options.costs, extent);
    const holds = (fill: Fill, more: number) => fill.usedBytes + more <= WARNED_SHARE * fill.limitBytes;
    return holds(heap, heapBytes) && holds(resident, heapBytes + outsideBytes);
  }

  private whole(): readonly RecallIndexName[] {
    return this.options.indexes.filter((index) => this.stateOf(index) === 'whole');
  }

  private tell(problem: string): void {
    const all = `${problem}. Recall goes without; storing and reading go on. ${ADVICE}`;
    this.told.push(all);
    this.options.onProblem(all);
  }
}

function namesOf(indexes: readonly RecallIndexName[]): string {
  return indexes.map((index) => NAMES[index]).join(' and ');
}

function describe({ heap, resident }: MemoryUse): string {
  return `the heap holds ${describeFill(heap)}, the process ${describeFill(resident)}`;
}

function describeFill({ usedBytes, limitBytes }: Fill): string {
  return `${megabytes(usedBytes)} of ${megabytes(limitBytes)}`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}
