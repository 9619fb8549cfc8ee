import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import { neighbourSignals } from './measures/context-signals.js';
import type { LaneCandidate } from '../../index-model/index-point.js';
import { lexicalSignals, vectorSignals } from '../lanes/lane-signals.js';
import type { RankingOptions } from '../contract/ranking-options.js';

/** What is known of candidates before their contents are read. */
export interface ShortlistInput {
  readonly lexical: readonly LaneCandidate[];
  readonly vector: readonly LaneCandidate[];
  readonly neighbours: readonly SessionNeighbour[];
  /** At most this many keys. */
  readonly size: number;
}

/**
 * The keys whose contents are worth reading, most promising first: by the part of their score that lanes and
 * neighbours give. A neighbour counts as if every match before it asked a question.
 */
export function shortlist(input: ShortlistInput, { weights, neighbourFading }: RankingOptions): readonly string[] {
  const promise = new Map<string, number>();
  const add = (key: string, value: number) => promise.set(key, (promise.get(key) ?? 0) + value);
  const lexical = lexicalSignals(input.lexical);
  for (const [key, signal] of lexical) add(key, weights.lexical * signal);
  for (const [key, signal] of vectorSignals(input.vector)) add(key, weights.vector * signal);
  const nearby = neighbourSignals({ neighbours: input.neighbours, lexical, asks: () => true, fading: neighbourFading });
  for (const [key, { before, after, answer }] of nearby) {
    add(key, weights.before * before + weights.after * after + weights.answer * answer);
  }
  const ordered = [...promise].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return ordered.slice(0, input.size).map(([key]) => key);
}
