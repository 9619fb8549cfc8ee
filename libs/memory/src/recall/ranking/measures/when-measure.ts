import { searchedText } from '../../../text/searched-text.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import { asksWhen, namesTime } from '../../dates/asked-times.js';
import type { Measure, RankingInput } from './measure.js';

/** Scores memories whose text names a time, if the query asks for one. */
export function whenMeasure({ request, fields }: RankingInput, { weights }: RankingOptions): Measure {
  if (!asksWhen(request.query)) return () => {};
  return ({ payload }, score) => score.add('when', namesTime(searchedText(payload, fields.text)) ? 1 : 0, weights.when);
}
