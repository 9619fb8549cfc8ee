import { setImmediate } from 'node:timers/promises';
import { EmbedderUnavailableError, IndexUnavailableError } from '../../model/errors.js';
import type { RecallIndexes } from '../../index-model/recall-indexes.js';
import type { MemoryTelemetry } from '../../telemetry/telemetry.port.js';
import { analyzeQuery } from '../../text/text-analyzer.js';
import type { Embedder } from '../../index-model/embedder.port.js';
import type { IndexQuery, LaneCandidate, Overlay } from '../../index-model/index-point.js';
import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';

type Mode = NonNullable<RecallRequest['mode']>;

/** One recall on its way. */
export interface Search {
  readonly namespace: string;
  readonly request: RecallRequest;
  readonly overlay: Overlay;
  readonly now: Date;
  readonly queryVector: QueryVector;
}

/** What the lanes proposed for one query, and what surrounds the lexical matches. */
export interface Proposals {
  readonly lexical: readonly LaneCandidate[];
  readonly vector: readonly LaneCandidate[];
  readonly neighbours: readonly SessionNeighbour[];
  readonly degraded: readonly string[];
}

/** What a search for words found. */
export type FoundByWords = Pick<Proposals, 'lexical' | 'neighbours'>;

/** The embedding of one query, made at most once, when it is first asked for. */
export class QueryVector {
  private embedding: Promise<Float32Array | undefined> | undefined;

  constructor(
    private readonly embedder: Embedder,
    private readonly query: string,
  ) {}

  /** @throws EmbedderUnavailableError */
  read(): Promise<Float32Array | undefined> {
    this.embedding ??= this.embedder.embed([this.query]).then(([vector]) => vector);
    return this.embedding;
  }

  /** Sets the embedding going while something else is waited for; how it fails shows when it is read. */
  prepare(): void {
    this.read().catch(() => undefined);
  }
}

interface Proposing {
  readonly limit: number;
  readonly meanwhile: (found: FoundByWords) => Promise<unknown>;
}

/** Asks the lanes for candidates, side by side, and goes on with those that answer. */
export class Lanes {
  constructor(
    private readonly indexes: RecallIndexes,
    private readonly telemetry: MemoryTelemetry,
    private readonly ranking: RankingOptions,
  ) {}

  /**
   * Up to `limit` candidates of each lane that the request's mode asks for, with the neighbours of lexical matches.
   * Calls `meanwhile` with what the words found when vectors take longer; how that fails is how this fails.
   *
   * @throws IndexUnavailableError when no lane can answer; StoreUnavailableError
   */
  async propose(search: Search, proposing: Proposing): Promise<Proposals> {
    const { mode = 'hybrid' } = search.request;
    const proposals = await this.proposeBy(mode, search, proposing);
    if (proposals.degraded.length === 0) return proposals;
    // A caller that asked for one lane is better served by the other than by nothing.
    const other = mode === 'vector' ? 'lexical' : mode === 'lexical' ? 'vector' : undefined;
    const found = other ? await this.proposeBy(other, search, proposing) : proposals;
    if (found.degraded.length === (other ? 1 : 2)) {
      throw new IndexUnavailableError('no lane of recall can answer at the moment; retry shortly');
    }
    return { ...found, degraded: proposals.degraded };
  }

  private async proposeBy(mode: Mode, search: Search, { limit, meanwhile }: Proposing): Promise<Proposals> {
    const degraded: string[] = [];
    const lane = async (name: 'lexical' | 'vector', work: () => Promise<readonly LaneCandidate[]>) => {
      if (mode !== 'hybrid' && mode !== name) return [];
      try {
        return await this.timed(name, work);
      } catch (error) {
        if (!(error instanceof IndexUnavailableError) && !(error instanceof EmbedderUnavailableError)) throw error;
        degraded.push(name);
        return [];
      }
    };
    const index = { limit, filter: search.request.filter, nowMs: search.now.getTime() };
    let areVectorsFound = false;
    const nearest = lane('vector', () => this.nearest(search, index)).finally(() => (areVectorsFound = true));
    const byWords = async (): Promise<FoundByWords> => {
      await requestsAreOut();
      const lexical = await lane('lexical', () => this.matches(search, index));
      const found = { lexical, neighbours: mode === 'hybrid' ? await this.neighboursOf(search, index, lexical) : [] };
      if (!areVectorsFound) await meanwhile(found);
      return found;
    };
    const [vector, words] = await Promise.all([nearest, byWords()]);
    return { ...words, vector, degraded };
  }

  private async nearest({ namespace, queryVector, overlay }: Search, index: IndexQuery) {
    const vector = await queryVector.read();
    return vector ? this.indexes.vectors.search(namespace, { ...index, vector }, overlay) : [];
  }

  private matches({ namespace, request, overlay }: Search, index: IndexQuery) {
    return this.indexes.lexical.search(namespace, { ...index, terms: analyzeQuery(request.query).terms }, overlay);
  }

  /** Only lexical matches tell about their neighbours; those beyond the usual number would tell next to nothing. */
  private neighboursOf({ namespace, overlay }: Search, index: IndexQuery, matches: readonly LaneCandidate[]) {
    const { candidates, neighbourReach } = this.ranking;
    const keys = matches.slice(0, candidates).map(({ key }) => key);
    const query = { ...index, keys, reach: neighbourReach };
    return this.timed('neighbours', () => this.indexes.lexical.neighbours(namespace, query, overlay));
  }

  private async timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.telemetry.observeLane(stage, performance.now() - start);
    }
  }
}

/**
 * A search for words in this process keeps it busy, so what goes to an index of vectors elsewhere has to be on its way
 * before: headers and body of an HTTP request are written within two turns of the event loop.
 */
async function requestsAreOut(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
