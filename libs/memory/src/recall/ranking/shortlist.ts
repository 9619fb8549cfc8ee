import type { RankingOptions } from '../contract/ranking-options.js';
import type { Proposals } from '../lanes/lane.js';
import { evidenceOf } from '../evidence/evidence.js';
import { fuse } from './fusion.js';
import { neighbourSignals, toldOfSessions } from './measures/context-signals.js';

/**
 * Returns up to `size` keys whose contents are worth reading, most promising first: by the part of their score that
 * comes from lanes and neighbours. Assumes that every match before a neighbour asks a question.
 */
export function shortlist(
  proposals: Proposals,
  size: number,
  { weights, neighbourFading }: RankingOptions,
): readonly string[] {
  const promise = new Map<string, number>();
  const add = (key: string, value: number) => promise.set(key, (promise.get(key) ?? 0) + value);
  const evidence = evidenceOf(proposals, weights);
  for (const [key, said] of fuse(proposals, evidence.weightOf)) {
    for (const { weight, value } of said) add(key, weight * value);
  }
  const nearby = neighbourSignals({
    ...toldOfSessions(proposals, evidence),
    asks: () => true,
    fading: neighbourFading,
  });
  for (const [key, { before, after, answer }] of nearby) {
    add(key, weights.before * before + weights.after * after + weights.answer * answer);
  }
  const ordered = [...promise].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return ordered.slice(0, size).map(([key]) => key);
}
