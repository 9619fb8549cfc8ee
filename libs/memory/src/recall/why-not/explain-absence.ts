import { toCandidateContent } from '../../index-model/index-point-factory.js';
import { coordinateKey } from '../../model/coordinate.js';
import { unmatchedParts } from '../../model/filter.js';
import type { Memory } from '../../model/memory.js';
import { isValid } from '../../model/validity.js';
import type { MemoryReader } from '../../read/memory-reader.port.js';
import type { RecallHit } from '../contract/recall.types.js';
import type { Fate, LaneView, WhyNot } from '../contract/why-not.js';
import type { Lane, Proposals, Search } from '../lanes/lane.js';
import type { DemandedWording } from '../ranking/demanded-wording.js';
import type { ScoredCandidate } from '../ranking/rank-candidates.js';

/** How far down the lanes a memory is looked for. */
const LOOKED = 1000;
/** Before everything: nothing has expired then. */
const BEGINNING = new Date(0);

/** A recall that has been answered, as far as the question why something is missing needs it. */
export interface Answered {
  readonly search: Search;
  readonly hits: readonly RecallHit[];
  /** What the query demands of the words of a memory. */
  readonly wording?: DemandedWording | undefined;
  readonly lanes: readonly Lane[];
  /** Most candidates of each lane that the answer was made from. */
  readonly limit: number;
  readonly truth: Pick<MemoryReader, 'findByKeys'>;
  /** Scores what the answer was made from, best first. */
  readonly scored: () => Promise<readonly ScoredCandidate[]>;
  /** Asks the lanes again, for so many candidates of each. */
  readonly propose: (limit: number) => Promise<Proposals>;
}

type Found = Omit<WhyNot, 'coordinate' | 'needed'>;

/** Says what kept a memory out of an answer, if that is asked, by looking again. @throws what recall throws */
export async function explainAbsence(answered: Answered): Promise<{ readonly whyNot?: WhyNot }> {
  const { search, hits } = answered;
  const { whyNot: coordinate } = search.request;
  if (coordinate === undefined) return {};
  const found = await fateOf(coordinateKey(coordinate), answered);
  return { whyNot: { coordinate, ...found, needed: hits.at(-1)?.score ?? null } };
}

async function fateOf(key: string, answered: Answered): Promise<Found> {
  const { search, hits, truth } = answered;
  const { namespace, request, now } = search;
  const place = hits.findIndex(({ memory }) => memory.key === key);
  const [memory] = place < 0 ? await truth.findByKeys(namespace, [key], BEGINNING) : [];
  if (place < 0 && memory === undefined) return withoutPlace('not_found');
  if (memory && hasExpired(memory, now)) return withoutPlace('expired');
  const filters = memory && request.filter ? unmatchedParts(request.filter, toCandidateContent(memory)) : [];
  if (filters.length > 0) return { ...withoutPlace('filtered'), filters };
  if (memory && !isValid(memory.validity, search.valid)) return withoutPlace('not_valid');
  if (memory && answered.wording && !(await answered.wording.admits(memory.payload))) {
    return withoutPlace('lacks_wording');
  }
  const scored = await answered.scored();
  const lanes = viewsOf(key, answered, await answered.propose(Math.max(LOOKED, answered.limit)));
  const rank = scored.findIndex(({ content }) => content.key === key);
  const own = scored[rank];
  const fate = place >= 0 ? 'recalled' : own ? lostBy(own, answered) : isKnown(lanes) ? 'below_cut' : 'not_proposed';
  if (!own)
    return { ...withoutPlace(fate), lanes, ...(place < 0 ? {} : { rank: place + 1, score: scoreAt(hits, place) }) };
  const { score, contributions } = own;
  return { fate, filters: [], lanes, rank: place < 0 ? rank + 1 : place + 1, score, contributions };
}

/** Why what was scored is no hit. */
function lostBy({ content: { key }, score }: ScoredCandidate, { search, hits }: Answered): Fate {
  const { minScore = -Infinity, tokenBudget } = search.request;
  if (score < minScore) return 'below_min_score';
  if (hits.some(({ collapsed }) => collapsed?.some(({ memory }) => memory.key === key))) return 'collapsed';
  const last = hits.at(-1)?.score ?? -Infinity;
  return tokenBudget !== undefined && score >= last ? 'over_budget' : 'outscored';
}

function withoutPlace(fate: Fate): Found {
  return { fate, filters: [], lanes: [], rank: null, score: null, contributions: [] };
}

function hasExpired({ expiresAt }: Memory, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function scoreAt(hits: readonly RecallHit[], place: number): number | null {
  return hits[place]?.score ?? null;
}

function isKnown(lanes: readonly LaneView[]): boolean {
  return lanes.some(({ rank }) => rank !== null);
}

function viewsOf(key: string, { search, lanes, limit }: Answered, deep: Proposals): readonly LaneView[] {
  const { mode = 'hybrid' } = search.request;
  return lanes.map(({ name }) => {
    const candidates = deep.get(name)?.candidates;
    const place = candidates?.findIndex((candidate) => candidate.key === key) ?? -1;
    const candidate = candidates?.[place];
    const isWanted = mode === 'hybrid' ? (search.ranking.weights.lanes[name] ?? 0) > 0 : mode === name;
    return {
      lane: name,
      state: candidates ? 'asked' : isWanted ? 'away' : 'off',
      rank: candidate ? place + 1 : null,
      signal: candidate?.score ?? null,
      cut: limit,
      looked: candidates ? Math.max(LOOKED, limit) : 0,
      ...(candidate?.path ? { path: candidate.path } : {}),
    };
  });
}
