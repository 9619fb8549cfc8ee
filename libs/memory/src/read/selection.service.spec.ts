import { expect, it } from '@jest/globals';
import type { JsonObject } from '../model/json.js';
import { summaryOf } from './selection.service.js';

it.each<[payload: JsonObject, summary: string]>([
  [{ task: 'boil water', fact: 'kettle' }, 'boil water'],
  [{ task: '', fact: 'kettle' }, ''],
  [{ task: null, fact: 'kettle' }, 'None'],
  [{ fact: 'kettle' }, 'kettle'],
  [{ fact: 5 }, '5'],
  [{ fact: { a: [1] } }, '{"a":[1]}'],
  [{ text: 'kettle' }, '<no summary>'],
])('%j is summarized as %j', (payload, summary) => {
  expect(summaryOf({ payload })).toBe(summary);
});
