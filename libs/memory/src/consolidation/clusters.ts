import { mapInTurns } from '../attempts/turns.js';
import type { ClusterRules, Ground } from './consolidation-request.js';

/** What clustering sees of a memory. */
export interface Clusterable {
  readonly key: string;
  readonly createdAtMs: number;
  readonly session: string | null;
  /** Occurrences by term. */
  readonly terms: ReadonlyMap<string, number>;
  /** Key of the consolidated memory that it is a source of already. */
  readonly into: string | undefined;
}

export interface Cluster<Member extends Clusterable> {
  /** Oldest first. */
  readonly members: readonly Member[];
  /** Key of the consolidated memory that some of them are sources of. */
  readonly into: string | undefined;
  /** What held it together. */
  readonly by: readonly Ground[];
}

/** Two members, by their places in the list, and how strongly they belong together. */
interface Tie {
  readonly first: number;
  readonly second: number;
  readonly strength: number;
  readonly ground: Ground;
}

/** What a caller said belongs together counts more than what seems to. */
const LINK_STRENGTH = 3;
const SESSION_STRENGTH = 2;
/** Ties of similarity that are kept of each memory. */
const KEPT_TIES = 32;

/**
 * Groups memories, the strongest ties first: those that a link joins, then those of one session without a long pause between
 * them, then the most similar. A cluster that would grow beyond `maxSources`, or join two consolidated memories, stays as it
 * is. What is consolidated already stays together. The result depends on nothing but the arguments.
 *
 * Source: single linkage in the order of Kruskal (1956), with a limit on size against chains.
 *
 * @param members in order of creation
 * @param links pairs of keys
 */
export async function clustersOf<Member extends Clusterable>(
  members: readonly Member[],
  links: readonly (readonly [from: string, to: string])[],
  rules: ClusterRules,
): Promise<readonly Cluster<Member>[]> {
  const groups = new Groups(members, rules.maxSources);
  const ties = [
    ...(rules.by.includes('links') ? linkTies(members, links) : []),
    ...(rules.by.includes('session') ? sessionTies(members, rules.sessionGapSeconds * 1000) : []),
    ...(rules.by.includes('similarity') ? await similarityTies(members, rules.minSimilarity) : []),
  ];
  ties.sort((a, b) => b.strength - a.strength || a.first - b.first || a.second - b.second);
  for (const tie of ties) groups.join(tie);
  return groups.clusters().filter(({ members: { length }, into }) => length >= rules.minSources || into !== undefined);
}

/** Sets of places that grow together. */
class Groups<Member extends Clusterable> {
  private readonly groups: { places: number[]; into: string | undefined; by: Set<Ground> }[];
  private readonly groupOf: number[];

  constructor(
    private readonly members: readonly Member[],
    private readonly maxSize: number,
  ) {
    this.groups = members.map(({ into }, place) => ({ places: [place], into, by: new Set<Ground>() }));
    this.groupOf = members.map((_, place) => place);
    const firstOf = new Map<string, number>();
    for (const [place, { into }] of members.entries()) {
      if (into === undefined) continue;
      const first = firstOf.get(into);
      if (first === undefined) firstOf.set(into, place);
      else this.merge(this.groupOf[first] ?? first, place);
    }
  }

  join({ first, second, ground }: Tie): void {
    const [a, b] = [this.groupOf[first] ?? first, this.groupOf[second] ?? second];
    const [one, other] = [this.groups[a], this.groups[b]];
    if (!one || !other) return;
    if (a === b) return void one.by.add(ground);
    if (one.places.length + other.places.length > this.maxSize) return;
    if (one.into !== undefined && other.into !== undefined) return;
    this.merge(a, b)?.by.add(ground);
  }

  clusters(): readonly Cluster<Member>[] {
    return this.groups
      .filter(({ places }) => places.length > 0)
      .map(({ places, into, by }) => ({
        members: places.sort((a, b) => a - b).flatMap((place) => this.members[place] ?? []),
        into,
        by: [...by].sort(),
      }));
  }

  private merge(a: number, b: number) {
    const [one, other] = [this.groups[a], this.groups[b]];
    if (!one || !other) return undefined;
    for (const place of other.places) this.groupOf[place] = a;
    one.places.push(...other.places);
    one.into ??= other.into;
    for (const ground of other.by) one.by.add(ground);
    other.places = [];
    return one;
  }
}

function linkTies(members: readonly Clusterable[], links: readonly (readonly [string, string])[]): Tie[] {
  const places = new Map(members.map(({ key }, place) => [key, place]));
  return links.flatMap(([from, to]) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined || a === b) return [];
    return [{ first: Math.min(a, b), second: Math.max(a, b), strength: LINK_STRENGTH, ground: 'links' }];
  });
}

/** Ties each memory of a session to the one before it. */
function sessionTies(members: readonly Clusterable[], gapMs: number): Tie[] {
  const last = new Map<string, number>();
  return members.flatMap(({ session, createdAtMs }, place) => {
    if (session === null) return [];
    const before = last.get(session);
    last.set(session, place);
    const pauseMs = createdAtMs - (members[before ?? place]?.createdAtMs ?? createdAtMs);
    if (before === undefined || pauseMs > gapMs) return [];
    // The shorter the pause, the stronger: a group that is full is cut where the pause is longest.
    const strength = SESSION_STRENGTH - pauseMs / (gapMs + 1);
    return [{ first: before, second: place, strength, ground: 'session' }];
  });
}

/**
 * Ties memories whose texts have many words in common, found along the words: texts without one are never compared. Of each
 * only the strongest ties to older ones are kept, the newest of those first: more could not all come into one cluster.
 */
async function similarityTies(members: readonly Clusterable[], minSimilarity: number): Promise<Tie[]> {
  const postings = new Map<string, { readonly places: number[]; readonly weights: number[] }>();
  const cosines = new Float64Array(members.length);
  const ties = await mapInTurns(members, ({ terms }, place) => {
    cosines.fill(0, 0, place);
    for (const [term, weight] of unitWeights(terms)) {
      const { places, weights } = postings.get(term) ?? { places: [], weights: [] };
      for (let index = 0; index < places.length; index += 1) {
        const other = places[index] ?? 0;
        cosines[other] = (cosines[other] ?? 0) + weight * (weights[index] ?? 0);
      }
      places.push(place);
      weights.push(weight);
      postings.set(term, { places, weights });
    }
    const similar: Tie[] = [];
    for (const [first, cosine] of cosines.subarray(0, place).entries()) {
      // Cosines of equal texts may miss 1 by a rounding.
      const strength = Math.round(cosine * 1e9) / 1e9;
      if (strength >= minSimilarity) similar.push({ first, second: place, strength, ground: 'similarity' });
    }
    return similar.sort((a, b) => b.strength - a.strength || b.first - a.first).slice(0, KEPT_TIES);
  });
  return ties.flat();
}

/** Dampened counts, of length 1 together. No weight depends on other texts, so two texts are always as similar. */
function unitWeights(terms: ReadonlyMap<string, number>): (readonly [string, number])[] {
  const weights = [...terms].map(([term, count]) => [term, 1 + Math.log(count)] as const);
  const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
  return weights.map(([term, weight]) => [term, weight / length] as const);
}
