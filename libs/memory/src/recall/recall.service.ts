import { untilVisible } from '../consistency/until-visible.js';
import { requiredWrite } from '../consistency/consistency-scope.js';
import { throwIfEnded } from '../attempts/request-budget.js';
import type { ImportanceNormalizers } from '../importance/importance-normalizers.js';
import { IndexUnavailableError, InvalidRequestError } from '../model/errors.js';
import { toCandidateContent } from '../index-model/index-point-factory.js';
import type { LexicalIndex } from '../index-model/lexical-index.port.js';
import { matchesFilter } from '../model/filter.js';
import { checkFilter } from '../model/filter-bounds.js';
import { checkText } from '../model/payload.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { PayloadFields } from '../model/payload-fields.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import { CandidateContents, withMemories, type ScoredMemory } from './candidate-contents.js';
import { isTimeZone } from './dates/asker-calendar.js';
import { bestFirst, rankCandidates } from './ranking/rank-candidates.js';
import type { CandidateContent } from '../index-model/index-point.js';
import { indexQuery } from './lanes/index-query.js';
import type { Lane, Proposals, Search } from './lanes/lane.js';
import { Lanes } from './lanes/lanes.js';
import { LEXICAL_LANE } from './lanes/lexical-lane.js';
import { laneWeight } from './evidence/lane-weight.js';
import { requestedRanking } from './ranking/requested-ranking.js';
import { equallyLexical } from './ranking/measures/newer-measure.js';
import { explainAbsence } from './why-not/explain-absence.js';
import type { OverlayReader } from './overlay-reader.js';
import { checkContext } from './contract/context-bounds.js';
import type { RankingOptions } from './contract/ranking-options.js';
import type { RecallHit, RecallRequest, RecallResult } from './contract/recall.types.js';
import { checkSelection, selectHits } from './selection/select-hits.js';
import { checkSearchedFields, DemandedWording } from './ranking/demanded-wording.js';
import { shortlist } from './ranking/shortlist.js';
import type { Namespace } from '../model/namespace.js';
import { isValid, validOf } from '../model/validity.js';

interface Candidates {
  readonly keys: readonly string[];
  readonly contents: CandidateContents;
  readonly wording: DemandedWording | undefined;
}

/** What is known where too few were found. */
interface Rest {
  /** Lanes whose answer may go on. */
  readonly cut: readonly (readonly [string, unknown])[];
  readonly wording: DemandedWording | undefined;
}

/** Number of memories read ahead, before the hits are known, as a multiple of `topK`. */
const EXPECTED = 2;
/**
 * Largest growth of a limit when too few remain of what was found: then the index is far behind the truth, and going on
 * would read all of it.
 */
const MAX_DEEPENING = 16;
const DEEPER = 4;

const NOTHING_PROPOSED: Proposals = new Map();

export interface RecallOptions {
  readonly ranking: RankingOptions;
  readonly fields: PayloadFields;
  readonly maxTopK: number;
  /** Compares importances as they are now. @default by what each memory says of itself, as of when it was written */
  readonly importances?: Pick<ImportanceNormalizers, 'scaleOf'>;
  /**
   * How long a recall that has to see a certain write waits for a lane that searches all that is committed, in
   * milliseconds. @default 2000
   */
  readonly visibilityWaitMs?: number;
}

const VISIBILITY_WAIT_MS = 2000;

/** When, and with which weights, a request is answered. */
interface Asked {
  readonly now: Date;
  readonly ranking: RankingOptions;
}

/** An answer, and whether one of its lanes has searched all that was committed before it. */
interface Searched {
  readonly result: RecallResult;
  readonly isCurrent: boolean;
  /** Says what kept a memory out of the hits that were chosen at last, if the request asks. */
  readonly absenceFrom: (hits: readonly RecallHit[]) => Promise<Pick<RecallResult, 'whyNot'>>;
}

/**
 * Finds the memories most relevant to a query: lanes propose candidates, fusion ranks them, and the truth provides the
 * returned memories. Committed writes that are not yet in the indexes are searched too, so an acknowledged write is
 * found at once.
 */
export class RecallService {
  /** @throws when a lane has no weight. */
  constructor(
    private readonly lanes: readonly Lane[],
    private readonly index: Pick<LexicalIndex, 'contents' | 'matching'>,
    private readonly overlays: Pick<OverlayReader, 'read'>,
    private readonly truth: Pick<MemoryReader, 'findByKeys'>,
    private readonly telemetry: MemoryTelemetry,
    private readonly options: RecallOptions,
  ) {
    for (const { name } of lanes) laneWeight(options.ranking.weights, name);
  }

  /**
   * Returns the best `topK` memories for the query; fewer only if fewer match the filter. Same query, same data, same
   * order. A lane that cannot answer, or whose answer misses committed changes or was cut short, is named in
   * `degraded`; recall fails only when no lane can answer. The work depends on `topK`, never on how much is stored.
   *
   * With `tokenBudget` as many as fit instead; with `minScore` and `collapse` fewer where what remains is not enough. A
   * request that has to see a certain write waits until a lane has searched all that is committed.
   *
   * @param now what ages, expiry and words for times such as "yesterday" are measured by
   * @throws InvalidRequestError for an empty query, or a `topK`, filter or context out of bounds; StoreUnavailableError;
   * IndexUnavailableError when no lane can answer; WriteNotVisibleError; RequestEndedError when the current request ends.
   */
  async recall(namespace: Namespace, request: RecallRequest, now: Date = new Date()): Promise<RecallResult> {
    this.check(request);
    const ranking = requestedRanking(this.options.ranking, request);
    const start = performance.now();
    const { maxTopK, fields } = this.options;
    let last: Searched | undefined;
    const ask = (topK: number) =>
      this.current(async () => (last = await this.search(namespace, { ...request, topK }, { now, ranking })));
    const result = await selectHits(request, ask, { maxTopK, textFields: fields.text });
    this.telemetry.observeRecall(performance.now() - start);
    return { ...result, ...(await last?.absenceFrom(result.hits)) };
  }

  /** Asks again while every lane misses changes that the request may have to see. */
  private async current(ask: () => Promise<Searched>): Promise<RecallResult> {
    if (requiredWrite() === undefined) return (await ask()).result;
    const attempt = async () => {
      const { result, isCurrent } = await ask();
      return isCurrent ? result : undefined;
    };
    return untilVisible(attempt, this.options.visibilityWaitMs ?? VISIBILITY_WAIT_MS);
  }

  private async search(namespace: Namespace, request: RecallRequest, { now, ranking }: Asked): Promise<Searched> {
    const lanes = new Lanes(this.lanesFor(request, ranking), { namespace, request }, this.telemetry);
    const [overlay, norm] = await Promise.all([this.overlays.read(namespace), this.norm(namespace, request)]);
    const asked = { namespace, request, now, overlay, ...validOf(request, now) };
    const contents = new CandidateContents(this.index, this.truth, this.telemetry, asked);
    const contentsOf = (keys: readonly string[]) => contents.held(keys);
    const wording = DemandedWording.of(request);
    const search: Search = { ...asked, cutShort: new Set(), ranking, contentsOf, ...norm };
    const first = Math.max(ranking.candidates, request.topK);
    for (let limit = first; ; limit *= DEEPER) {
      throwIfEnded();
      // Most of the best lexical matches will be returned, so they are read while remote vector search is still
      // running.
      const meanwhile = (found: Proposals) => contents.expect(shortlist(found, EXPECTED * request.topK, ranking));
      const { proposals, degraded, isCurrent } = await lanes.propose(search, { limit, meanwhile });
      const size = 2 * limit;
      const keys = shortlist(proposals, size, ranking);
      const cut = [...proposals].filter(([, { candidates }]) => candidates.length >= limit);
      const isExhausted = keys.length < size && cut.length === 0;
      const best = await this.best(search, proposals, { keys, contents, wording });
      const isDeepest = isExhausted || limit >= MAX_DEEPENING * first;
      // A candidate can vanish between index and truth, or fail the filter; if too few remain, ask for more.
      if (best.length < request.topK && !isDeepest) continue;
      const found = best.length < request.topK ? await this.fill(search, best, { cut, wording }) : best;
      const scored = async () => this.rankAll(search, proposals, await admitted(wording, await contents.held(keys)));
      const propose = async (deep: number) =>
        (await lanes.propose(search, { limit: deep, meanwhile: async () => {} })).proposals;
      const known = { search, wording, lanes: this.lanes, truth: this.truth, limit, scored, propose };
      const absenceFrom = (hits: readonly RecallHit[]) => explainAbsence({ ...known, hits });
      return { result: toResult(search, found, degraded), isCurrent, absenceFrom };
    }
  }

  private async norm(namespace: Namespace, { importance }: RecallRequest): Promise<Pick<Search, 'norm'>> {
    if (!importance || !this.options.importances) return {};
    const scale = await this.options.importances.scaleOf(namespace);
    return { norm: (raw) => scale.norm(raw) };
  }

  /** @throws InvalidRequestError when the weights leave no lane to begin with */
  private lanesFor({ mode = 'hybrid' }: RecallRequest, { weights }: RankingOptions): readonly Lane[] {
    if (mode !== 'hybrid') return this.lanes;
    const asked = this.lanes.filter(({ name }) => laneWeight(weights, name) > 0);
    if (asked.some(({ isFollowing }) => isFollowing !== true)) return asked;
    const names = this.lanes.filter(({ isFollowing }) => isFollowing !== true).map(({ name }) => name);
    throw new InvalidRequestError('weights', `must leave one of ${names.join(', ')} above 0`);
  }

  private check(request: RecallRequest): void {
    const { query, topK, filter, context } = request;
    const { maxTopK } = this.options;
    checkFilter(filter);
    if (context) checkContext(context);
    checkSelection(request);
    checkText(query, 'query');
    if (request.timeZone !== undefined && !isTimeZone(request.timeZone)) throw unknownTimeZone();
    checkSearchedFields(request.fields);
    if (query.trim() === '') throw new InvalidRequestError('query', 'must not be empty');
    if (!Number.isInteger(topK) || topK < 1 || topK > maxTopK) {
      throw new InvalidRequestError('top_k', `must be a whole number from 1 to ${maxTopK}`);
    }
  }

  /** Returns the best `topK` candidates. If any changed during recall, all are ranked again from the truth. */
  private async best(search: Search, proposals: Proposals, { keys, contents, wording }: Candidates) {
    const { recency, mode = 'hybrid' } = search.request;
    const current = async () =>
      contents.whole(this.rank(search, proposals, await admitted(wording, await contents.current(keys))));
    if (recency) return current();
    const found = await admitted(wording, await contents.held(keys));
    const isByWrites = mode === 'hybrid' && equallyLexical(found, proposals).some((group) => group.some(isRewritten));
    const held = isByWrites ? undefined : await contents.confirm(this.rank(search, proposals, found));
    return held ?? current();
  }

  /** Returns the best `topK` that match the filter and are valid, in order. */
  private rank(search: Search, proposals: Proposals, found: readonly CandidateContent[]) {
    return this.rankAll(search, proposals, found).slice(0, search.request.topK);
  }

  private rankAll(
    { request, now, ranking, norm, valid }: Search,
    proposals: Proposals,
    found: readonly CandidateContent[],
  ) {
    const contents = found.filter(
      (content) => matchesFilter(request.filter, content) && isValid(content.validity, valid),
    );
    return rankCandidates({ request, proposals, contents, fields: this.options.fields, now, norm }, ranking);
  }

  /**
   * Adds memories that no lane proposes because they or the query contain nothing comparable (no words, only signs):
   * they match the filter, so they are better than fewer hits. Mode `lexical` returns only memories with the query's
   * words.
   */
  private async fill(
    search: Search,
    ranked: readonly ScoredMemory[],
    { cut, wording }: Rest,
  ): Promise<readonly ScoredMemory[]> {
    const { request, cutShort } = search;
    // What the query demands is found by its words or not at all.
    if (request.mode === 'lexical' || wording) {
      for (const [lane] of cut) cutShort.add(lane);
      return ranked;
    }
    for (let limit = request.topK; ; limit *= DEEPER) {
      const keys = await this.named(search, limit);
      const found = await this.withOthers(search, ranked, keys);
      if (found.length >= request.topK || keys.length < limit) return found;
      if (limit < MAX_DEEPENING * request.topK) continue;
      cutShort.add(LEXICAL_LANE);
      return found;
    }
  }

  /** Returns up to `limit` keys that the index says match the filter; none while it cannot say or is not there. */
  private async named(search: Search, limit: number): Promise<readonly string[]> {
    if (search.overlay.unsearched?.has(LEXICAL_LANE)) return [];
    try {
      return await this.index.matching(search.namespace, indexQuery(search, limit, LEXICAL_LANE), search.overlay);
    } catch (error) {
      if (!(error instanceof IndexUnavailableError)) throw error;
      search.cutShort.add(LEXICAL_LANE);
      return [];
    }
  }

  /** Returns the ranked memories and the best of the named ones, in order. */
  private async withOthers(search: Search, ranked: readonly ScoredMemory[], named: readonly string[]) {
    const known = new Set(ranked.map(({ memory }) => memory.key));
    const keys = named.filter((key) => !known.has(key));
    if (keys.length === 0) return ranked;
    const memories = await this.truth.findByKeys(search.namespace, keys, search.now);
    const others = new Map(memories.map((memory) => [memory.key, memory]));
    const scored = this.rank(search, NOTHING_PROPOSED, memories.map(toCandidateContent));
    return [...ranked, ...withMemories(scored, others)].sort(bestFirst(this.options.fields.time));
  }
}

function unknownTimeZone(): InvalidRequestError {
  return new InvalidRequestError('time_zone', 'must be the name of a time zone, such as Europe/Vienna, or an offset');
}

/** Indexes do not know when a content was last written: only the truth does, where that was not its creation. */
function isRewritten({ version, writtenAtMs }: CandidateContent): boolean {
  return version > 1 && writtenAtMs === undefined;
}

async function admitted(wording: DemandedWording | undefined, contents: readonly CandidateContent[]) {
  return wording ? wording.admitted(contents) : contents;
}

function toResult(
  { request, overlay, cutShort }: Search,
  ranked: readonly ScoredMemory[],
  degraded: readonly string[],
): RecallResult {
  const overlaid = new Set(request.explain ? overlay.points.map(({ key }) => key) : []);
  const hits = ranked.slice(0, request.topK).map(({ memory, score, lanes, contributions }) => ({
    memory,
    score,
    ...(request.explain ? { explanation: { lanes, overlay: overlaid.has(memory.key), contributions } } : {}),
  }));
  const indexLag = overlay.lag ?? { events: 0, seconds: 0 };
  return { hits, degraded: [...new Set([...degraded, ...cutShort])], indexLag };
}
