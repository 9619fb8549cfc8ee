import { IndexUnavailableError } from '../model/errors.js';
import { toCandidateContent } from '../index-model/index-point-factory.js';
import type { Memory } from '../model/memory.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import type { ScoredCandidate } from './ranking/rank-candidates.js';
import type { CandidateContent } from '../index-model/index-point.js';
import type { Search } from './lanes/lane.js';
import type { LexicalIndex } from '../index-model/lexical-index.port.js';

/** A candidate and its memory. */
export interface ScoredMemory extends ScoredCandidate {
  readonly memory: Memory;
}

/**
 * Reads the contents of one recall's candidates. The in-process lexical index has nearly all of them, so only the few
 * memories to be returned are read from the truth; if the two disagree, the truth wins.
 */
export class CandidateContents {
  private readonly memories = new Map<string, Memory>();

  constructor(
    private readonly index: Pick<LexicalIndex, 'contents'>,
    private readonly truth: Pick<MemoryReader, 'findByKeys'>,
    private readonly telemetry: Pick<MemoryTelemetry, 'observeLane'>,
    private readonly search: Pick<Search, 'namespace' | 'overlay' | 'now'>,
  ) {}

  /**
   * Reads memories that will probably be returned, so that they need not be read later. @throws StoreUnavailableError
   */
  async expect(keys: readonly string[]): Promise<void> {
    await this.read(keys.filter((key) => !this.memories.has(key)));
  }

  /**
   * Returns contents from the index, overlay applied, and from the truth if the index lacks them.
   *
   * @throws StoreUnavailableError
   */
  async held(keys: readonly string[]): Promise<readonly CandidateContent[]> {
    const contents = await this.indexed(keys);
    if (contents.length === keys.length) return contents;
    const known = new Set(contents.map(({ key }) => key));
    return [...contents, ...(await this.current(keys.filter((key) => !known.has(key))))];
  }

  /** Returns contents from the truth; memories it does not have are left out. @throws StoreUnavailableError */
  async current(keys: readonly string[]): Promise<readonly CandidateContent[]> {
    return (await this.read(keys)).map(toCandidateContent);
  }

  /**
   * Returns the candidates with their memories, in order; undefined when one has changed since it was ranked.
   *
   * @throws StoreUnavailableError
   */
  async confirm(ranked: readonly ScoredCandidate[]): Promise<readonly ScoredMemory[] | undefined> {
    await this.read(ranked.map(({ content }) => content.key).filter((key) => !this.memories.has(key)));
    const isCurrent = ({ content: { key, version } }: ScoredCandidate) => this.memories.get(key)?.version === version;
    return ranked.every(isCurrent) ? this.whole(ranked) : undefined;
  }

  /** Returns candidates that were ranked from the truth, with their memories. */
  whole(ranked: readonly ScoredCandidate[]): readonly ScoredMemory[] {
    return withMemories(ranked, this.memories);
  }

  private async indexed(keys: readonly string[]): Promise<readonly CandidateContent[]> {
    const { namespace, overlay, now } = this.search;
    // What it already holds may have changed since it was read.
    if (overlay.unsearched?.has('lexical')) return [];
    try {
      return await this.index.contents(namespace, { keys, nowMs: now.getTime() }, overlay);
    } catch (error) {
      if (error instanceof IndexUnavailableError) return [];
      throw error;
    }
  }

  private async read(keys: readonly string[]): Promise<readonly Memory[]> {
    if (keys.length === 0) return [];
    const start = performance.now();
    const found = await this.truth.findByKeys(this.search.namespace, keys, this.search.now);
    this.telemetry.observeLane('hydrate', performance.now() - start);
    for (const memory of found) this.memories.set(memory.key, memory);
    return found;
  }
}

/** Adds the memories to scored candidates; candidates without one are left out. */
export function withMemories(
  ranked: readonly ScoredCandidate[],
  memories: ReadonlyMap<string, Memory>,
): readonly ScoredMemory[] {
  return ranked.flatMap((scored) => {
    const memory = memories.get(scored.content.key);
    return memory ? [{ ...scored, memory }] : [];
  });
}
