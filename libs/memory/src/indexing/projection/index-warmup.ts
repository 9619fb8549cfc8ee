import { IndexUnavailableError } from '../../model/errors.js';
import type { IndexReadiness, RecallIndexName } from '../../index-model/index-readiness.port.js';

const ALL: readonly RecallIndexName[] = ['vector', 'lexical'];

/**
 * Tracks which in-process indexes hold everything that is marked as indexed. Recall does not search the others: an index
 * that is still being filled would silently miss memories.
 */
export class IndexWarmup implements IndexReadiness {
  private readonly loading: Set<RecallIndexName>;
  private readonly waiting = new Set<() => void>();
  private failure: unknown;

  /** @param filled the indexes that are filled in this process; the others are always ready */
  constructor(
    private readonly maxWaitMs: number,
    filled: readonly RecallIndexName[] = ALL,
  ) {
    this.loading = new Set(filled);
  }

  /** Whether all indexes are filled. */
  get isReady(): boolean {
    return this.loading.size === 0;
  }

  isLoaded(index: RecallIndexName): boolean {
    return !this.loading.has(index);
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

  /** @throws IndexUnavailableError when the indexes are not filled within the time limit. */
  async whenReady(): Promise<void> {
    await this.when(() => this.isReady);
  }

  /** @throws IndexUnavailableError when no index is filled within the time limit. */
  async whenSearchable(): Promise<ReadonlySet<RecallIndexName>> {
    await this.when(() => this.loading.size < ALL.length);
    return new Set(this.loading);
  }

  private async when(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(look);
        settle();
      };
      const look = () => {
        if (holds()) end(resolve);
      };
      const tooLate = () =>
        reject(new IndexUnavailableError('the index is still being loaded; retry shortly', { cause: this.failure }));
      const timer = setTimeout(end, this.maxWaitMs, tooLate);
      this.waiting.add(look);
    });
  }
}
