import type { JsonObject } from '../../../model/json.js';
import { fieldText } from '../../../text/scalars.js';
import { searchedText } from '../../../text/searched-text.js';
import { WordPairs } from '../../../text/word-pairs.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import type { Measure, RankingInput } from './measure.js';

/** Scores how far the words of a memory stand in the order of the query's words. */
export function orderMeasure({ request, fields }: RankingInput, { weights }: RankingOptions): Measure {
  const pairs = new WordPairs(request.query);
  const asked = request.fields;
  const textOf = (payload: JsonObject) => (asked ? fieldText(payload, asked) : searchedText(payload, fields.text));
  return ({ payload }, score) => score.add('order', pairs.shareIn(textOf(payload)), weights.order);
}
