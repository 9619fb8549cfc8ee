import { IndexUnavailableError } from '../model/errors.js';
import { toCandidateContent } from '../index-model/index-point-factory.js';
import type { Memory } from '../model/memory.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import type { ScoredCandidate } from './ranking/rank-candidates.js';
import type { CandidateContent } from '../index-model/index-point.js';
import type { Search } from './lanes/lane.js';
import type { LexicalIndex } from '../index-model/lexical-index.port.js';

/** A candidate with the memory that it stands for. */
export interface ScoredMemory extends ScoredCandidate {
  readonly memory: Memory;
}

/**
 * What the candidates of one recall say. The lexical index, which lives in the process, knows it of nearly all, so the
 * truth is asked for the few that are given back only; whenever the two do not agree, the truth is what counts.
 */
export class CandidateContents {
  private readonly memories = new Map<string, Memory>();

  constructor(
    private readonly index: Pick<LexicalIndex, 'contents'>,
    private readonly truth: Pick<MemoryReader, 'findByKeys'>,
    private readonly telemetry: Pick<MemoryTelemetry, 'observeLane'>,
    private readonly search: Search,
  ) {}

  /** Reads memories that are likely to be given back, so that they need not be read later. @throws StoreUnavailableError */
  async expect(keys: readonly string[]): Promise<void> {
    await this.read(keys.filter((key) => !this.memories.has(key)));
  }

  /** As the index holds them, overlay applied; what it does not hold as it is in the truth. @throws StoreUnavailableError */
  async held(keys: readonly string[]): Promise<readonly CandidateContent[]> {
    const contents = await this.indexed(keys);
    if (contents.length === keys.length) return contents;
    const known = new Set(contents.map(({ key }) => key));
    return [...contents, ...(await this.current(keys.filter((key) => !known.has(key))))];
  }

  /** As they are in the truth, without those that it does not have. @throws StoreUnavailableError */
  async current(keys: readonly string[]): Promise<readonly CandidateContent[]> {
    return (await this.read(keys)).map(toCandidateContent);
  }

  /**
   * Candidates with their memories, in their order; undefined when one of them is not what it was ranked by any more.
   *
   * @throws StoreUnavailableError
   */
  async confirm(ranked: readonly ScoredCandidate[]): Promise<readonly ScoredMemory[] | undefined> {
    await this.read(ranked.map(({ content }) => content.key).filter((key) => !this.memories.has(key)));
    const isCurrent = ({ content: { key, version } }: ScoredCandidate) => this.memories.get(key)?.version === version;
    return ranked.every(isCurrent) ? this.whole(ranked) : undefined;
  }

  /** Candidates that were ranked by the truth, with their memories. */
  whole(ranked: readonly ScoredCandidate[]): readonly ScoredMemory[] {
    return withMemories(ranked, this.memories);
  }

  private async indexed(keys: readonly string[]): Promise<readonly CandidateContent[]> {
    const { namespace, overlay, now } = this.search;
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

/** Scored candidates with their memories, without those that have none. */
export function withMemories(
  ranked: readonly ScoredCandidate[],
  memories: ReadonlyMap<string, Memory>,
): readonly ScoredMemory[] {
  return ranked.flatMap((scored) => {
    const memory = memories.get(scored.content.key);
    return memory ? [{ ...scored, memory }] : [];
  });
}
