import { IndexUnavailableError } from '../../model/errors.js';
import type { IndexRoom, IndexState } from '../room/index-room.js';
import type { IndexReadiness, RecallIndexName, Searchable } from '../../index-model/index-readiness.port.js';

/** Why an index does not hold everything. */
export type IndexLack = 'loading' | 'no_room';

const ALL: readonly RecallIndexName[] = ['vector', 'lexical'];

/** Longest time that recall waits for a first index, from when filling began: small stores are filled by then. */
const MAX_GRACE_MS = 1000;

/**
 * Tracks which in-process indexes hold everything that is marked as indexed. Recall does not search the others while it
 * has one: an index that is still being filled would miss memories. While it has none, it searches what is there by then
 * and says so, rather than keep its callers waiting for as long as filling takes.
 */
export class IndexWarmup implements IndexReadiness {
  private readonly loading: Set<RecallIndexName>;
  private readonly waiting = new Set<() => void>();
  private failure: unknown;
  private begunAtMs: number | undefined;

  /**
   * @param maxWaitMs longest wait of callers who need whole indexes
   * @param filled the indexes that are filled in this process; the others are always ready
   */
  constructor(
    private readonly maxWaitMs: number,
    filled: readonly RecallIndexName[] = ALL,
    private readonly room?: Pick<IndexRoom, 'stateOf' | 'problem'>,
  ) {
    this.loading = new Set(filled);
  }

  /** Whether all indexes are filled. */
  get isReady(): boolean {
    return this.loading.size === 0;
  }

  /** Whether it is filled, as far as there is room for it. */
  isLoaded(index: RecallIndexName): boolean {
    return !this.loading.has(index) && this.stateOf(index) !== 'none';
  }

  /** Undefined when it holds everything. */
  lackOf(index: RecallIndexName): IndexLack | undefined {
    if (this.stateOf(index) !== 'whole') return 'no_room';
    return this.loading.has(index) ? 'loading' : undefined;
  }

  /** What there is no room for, and what to do. */
  get roomProblem(): string | undefined {
    return this.room?.problem;
  }

  /** Notes that filling begins; beginning again changes nothing. */
  begin(): void {
    this.begunAtMs ??= performance.now();
  }

  markLoaded(index: RecallIndexName): void {
    if (!this.loading.delete(index)) return;
    for (const look of [...this.waiting]) look();
  }

  /** For an index that is filled anew. */
  markLoading(index: RecallIndexName): void {
    this.loading.add(index);
  }

  markReady(): void {
    for (const index of ALL) this.markLoaded(index);
  }

  /** Records why filling has not finished, for the error message; the caller retries it. */
  noteFailure(error: unknown): void {
    this.failure = error;
  }

  /** @throws IndexUnavailableError when the indexes are not filled within the time limit, or have no room. */
  async whenReady(): Promise<void> {
    if (this.roomProblem !== undefined) throw new IndexUnavailableError(this.roomProblem);
    if (await this.comesTrue(() => this.isReady, this.maxWaitMs)) return;
    throw new IndexUnavailableError('the index is still being loaded; retry shortly', { cause: this.failure });
  }

  /** @throws IndexUnavailableError when there is room for no index. */
  async whenSearchable(): Promise<Searchable> {
    const begunAtMs = this.begunAtMs ?? performance.now();
    const graceMs = begunAtMs + Math.min(this.maxWaitMs, MAX_GRACE_MS) - performance.now();
    await this.comesTrue(() => this.hasWhole || ALL.every((index) => this.stateOf(index) === 'none'), graceMs);
    const unsearched = ALL.filter(
      (index) => this.stateOf(index) === 'none' || (this.hasWhole && !this.isLoaded(index)),
    );
    if (unsearched.length === ALL.length) throw new IndexUnavailableError(this.roomProblem ?? 'there is no index');
    const incomplete = ALL.filter((index) => !unsearched.includes(index) && this.lackOf(index) !== undefined);
    return { unsearched: new Set(unsearched), incomplete: new Set(incomplete) };
  }

  private get hasWhole(): boolean {
    return ALL.some((index) => this.isLoaded(index));
  }

  private stateOf(index: RecallIndexName): IndexState {
    return this.room?.stateOf(index) ?? 'whole';
  }

  /** Resolves with true as soon as it holds, with false after the time. */
  private async comesTrue(holds: () => boolean, withinMs: number): Promise<boolean> {
    if (holds()) return true;
    if (withinMs <= 0) return false;
    return new Promise((resolve) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(came);
      };
      const look = () => {
        if (holds()) end(true);
      };
      const timer = setTimeout(end, withinMs, false);
      this.waiting.add(look);
    });
  }
}
