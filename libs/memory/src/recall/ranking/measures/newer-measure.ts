import type { CandidateContent } from '../../../index-model/index-point.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import { AskerCalendar } from '../../dates/asker-calendar.js';
import { memoryTime } from '../../dates/memory-time.js';
import { namesDate, queryDates } from '../../dates/query-dates.js';
import { LEXICAL_LANE } from '../../lanes/lexical-lane.js';
import type { Measure, RankingInput } from './measure.js';

/** Lexical signals that differ by less are equal. */
const GRID = 1e6;

/**
 * Of memories whose words fit the query equally well, scores the newer ones: the share of the others among them that are
 * older. What else tells them apart are chances of spelling, and one that is stale says the same in the same words. A
 * request that names a time, or weighs ages or importance itself, says which it wants.
 */
export function newerMeasure(
  { request, proposals, contents, fields, now }: RankingInput,
  { weights }: RankingOptions,
): Measure {
  const asked = new Date(new AskerCalendar(request.timeZone).fieldsAt((request.askedAt ?? now).getTime()));
  if (request.recency || request.importance || namesDate(queryDates(request.query, asked))) return () => {};
  const groups = equallyLexical(contents, proposals);
  const shares = new Map<string, number>();
  for (const group of groups) {
    const times = group.map((content) => memoryTime(content, fields.time));
    for (const [index, { key }] of group.entries()) {
      const older = times.filter((time) => time < times[index]!).length;
      shares.set(key, older / Math.max(1, group.length - 1));
    }
  }
  return ({ key }, score) => score.add('newer', shares.get(key) ?? 0, weights.newer);
}

/** Returns the contents with the same lexical signal as others, in groups. */
export function equallyLexical(
  contents: readonly CandidateContent[],
  proposals: RankingInput['proposals'],
): readonly (readonly CandidateContent[])[] {
  const signals = proposals.get(LEXICAL_LANE)?.signals;
  const groups = new Map<number, CandidateContent[]>();
  for (const content of contents) {
    const signal = Math.round((signals?.get(content.key) ?? 0) * GRID);
    if (signal <= 0) continue;
    const group = groups.get(signal);
    if (group) group.push(content);
    else groups.set(signal, [content]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}
