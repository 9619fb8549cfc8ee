import { EmbedderUnavailableError, IndexUnavailableError, InvalidRequestError } from '../errors.js';
import type { RecallIndexes } from '../indexing/indexer.js';
import { matchesFilter } from '../model/filter.js';
import type { Memory } from '../model/memory.js';
import { checkText } from '../model/payload.js';
import type { PayloadFields } from '../store/store.types.js';
import type { MemoryTelemetry } from '../telemetry.port.js';
import { analyzeQuery } from '../text/text-analyzer.js';
import type { ContextReader } from './context-reader.port.js';
import type { Embedder } from './embedder.port.js';
import { rankCandidates, type RankingInput } from './fusion.js';
import type { IndexQuery, LaneCandidate, Overlay } from './index-point.js';
import type { OverlayReader } from './overlay-reader.js';
import type { RankingOptions } from './ranking-options.js';
import type { RecallRequest, RecallResult } from './recall.types.js';

export interface RecallOptions {
  readonly ranking: RankingOptions;
  readonly fields: PayloadFields;
  readonly maxTopK: number;
}

/** What the lanes proposed for one query. */
interface Proposals {
  readonly lexical: readonly LaneCandidate[];
  readonly vector: readonly LaneCandidate[];
  readonly degraded: readonly string[];
}

/**
 * Finds the memories that matter for a query: lanes propose, the truth provides content and context, fusion decides.
 * Committed writes that the indexes do not have yet are searched with them, so an acknowledged write is found at once.
 */
export class RecallService {
  constructor(
    private readonly indexes: RecallIndexes,
    private readonly embedder: Embedder,
    private readonly overlays: OverlayReader,
    private readonly context: ContextReader,
    private readonly telemetry: MemoryTelemetry,
    private readonly options: RecallOptions,
  ) {}

  /**
   * The best `topK` memories for the query; fewer only if fewer match the filter. Same query, same data, same order.
   * A lane that cannot answer is named in `degraded`; recall fails only when no lane can.
   *
   * @throws InvalidRequestError for an empty query or a `topK` out of bounds; StoreUnavailableError;
   *   IndexUnavailableError when no lane can answer.
   */
  async recall(namespace: string, request: RecallRequest): Promise<RecallResult> {
    this.check(request);
    const start = performance.now();
    const now = new Date();
    const overlay = await this.overlays.read(namespace);
    for (let limit = Math.max(this.options.ranking.candidates, request.topK); ; limit *= 4) {
      const proposals = await this.propose(namespace, request, { limit, filter: request.filter, nowMs: now.getTime() }, overlay);
      const input = await this.gather(namespace, request, proposals, now);
      const hits = rankCandidates(input, this.options.ranking).slice(0, request.topK);
      // A candidate can vanish between index and truth; when that leaves too few, look deeper.
      const exhausted = proposals.lexical.length < limit && proposals.vector.length < limit;
      if (hits.length >= request.topK || exhausted) {
        this.telemetry.observeRecall(performance.now() - start);
        const overlaid = new Set(overlay.points.map(({ key }) => key));
        return {
          hits: hits.map(({ memory, score, lanes, contributions }) => ({
            memory,
            score,
            ...(request.explain ? { explanation: { lanes, overlay: overlaid.has(memory.key), contributions } } : {}),
          })),
          degraded: proposals.degraded,
        };
      }
    }
  }

  private check({ query, topK }: RecallRequest): void {
    const { maxTopK } = this.options;
    checkText(query, 'query');
    if (query.trim() === '') throw new InvalidRequestError('query', 'must not be empty');
    if (!Number.isInteger(topK) || topK < 1 || topK > maxTopK) {
      throw new InvalidRequestError('top_k', `must be a whole number from 1 to ${maxTopK}`);
    }
  }

  private async propose(namespace: string, { query, mode = 'hybrid' }: RecallRequest, index: IndexQuery, overlay: Overlay): Promise<Proposals> {
    const degraded: string[] = [];
    const lane = async (name: 'lexical' | 'vector', search: () => Promise<readonly LaneCandidate[]>) => {
      if (mode !== 'hybrid' && mode !== name) return [];
      const start = performance.now();
      try {
        return await search();
      } catch (error) {
        if (!(error instanceof IndexUnavailableError) && !(error instanceof EmbedderUnavailableError)) throw error;
        degraded.push(name);
        return [];
      } finally {
        this.telemetry.observeLane(name, performance.now() - start);
      }
    };
    const [lexical, vector] = await Promise.all([
      lane('lexical', () => this.indexes.lexical.search(namespace, { ...index, terms: analyzeQuery(query).terms }, overlay)),
      lane('vector', async () => {
        const [embedding] = await this.embedder.embed([query]);
        return embedding ? this.indexes.vectors.search(namespace, { ...index, vector: embedding }, overlay) : [];
      }),
    ]);
    if (degraded.length === (mode === 'hybrid' ? 2 : 1)) {
      throw new IndexUnavailableError('no lane of recall can answer at the moment; retry shortly');
    }
    return { lexical, vector, degraded };
  }

  /** Brings in what the proposals are judged by: contents from the truth, and what surrounds them in their sessions. */
  private async gather(namespace: string, request: RecallRequest, proposals: Proposals, now: Date): Promise<RankingInput> {
    const proposed = [...new Set([...proposals.lexical, ...proposals.vector].map(({ key }) => key))];
    const start = performance.now();
    const neighbours =
      request.mode === undefined || request.mode === 'hybrid'
        ? await this.context.sessionNeighbours(namespace, proposed, this.options.ranking.neighbourReach)
        : [];
    const keys = [...new Set([...proposed, ...neighbours.map(({ key }) => key)])];
    const found = await this.context.hydrate(namespace, keys, now);
    this.telemetry.observeLane('context', performance.now() - start);
    const memories = found.filter((memory) => matchesFilter(request.filter, filterable(memory)));
    return { request, ...proposals, neighbours, memories, fields: this.options.fields, now };
  }
}

function filterable({ type, createdAt, payload }: Memory) {
  return { type, createdAtMs: createdAt.getTime(), payload };
}
