import { expect, it } from '@jest/globals';
import type { JsonObject } from '../model/json.js';
import { stringifyJson } from '../model/json-number.js';
import { parseJson } from '../model/parse-json.js';
import { mergePatch } from './merge-patch.js';

// The examples of RFC 7396, appendix A, whose target and patch are objects; and what JavaScript would get wrong.
it.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  [
    '{"n":1.0,"__proto__":{"a":1}}',
    '{"m":1e400,"__proto__":{"b":-0}}',
    '{"n":1.0,"__proto__":{"a":1,"b":-0},"m":1e400}',
  ],
])('%s with %s is %s', (target, patch, result) => {
  const merged = mergePatch(parseJson(target) as JsonObject, parseJson(patch) as JsonObject);
  expect(stringifyJson(merged)).toBe(result);
});
