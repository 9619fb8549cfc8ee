import fc from 'fast-check';
import { testEnvironment } from './environment.js';

const TRIES = 400;

/** How long a property is tried: a few hundred times with every test run, for as long as it is told by `make fuzz`. */
export function fuzzing(): fc.Parameters<unknown> & { interruptAfterTimeLimit?: number } {
  const { fuzzMs } = testEnvironment;
  return fuzzMs === undefined ? { numRuns: TRIES } : { numRuns: Infinity, interruptAfterTimeLimit: fuzzMs };
}

const UNITS = [
  '/',
  '0',
  '9',
  '.',
  ',',
  '-',
  '+',
  'e',
  'E',
  '1e',
  '0.',
  ' ',
  '\t',
  '\n',
  '\\',
  '"',
  ':',
  '\\.',
  '[',
  '{',
];
const WORDS = ['a', 'may ', '2020-', '1 of ', 'İ', '가', '\u0301', '\0', '\ud800', '🦉', '\u202e', '__proto__'];

/** Texts as clients with bad intentions write them: any, ones of parsers' own marks, and a part over and over. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.array(fc.constantFrom(...UNITS, ...WORDS), { maxLength: 40 }).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom(...UNITS, ...WORDS), fc.nat(500), fc.constantFrom('', 'x', '\0', '!', ' '))
    .map(([unit, count, end]) => unit.repeat(count) + end),
);

/** Beginnings, repeated parts and ends of long texts: what patterns of more than linear time need. */
export const REPEATED: readonly { readonly start: string; readonly unit: string; readonly end: string }[] = [
  ...UNITS,
  ...WORDS,
].flatMap((unit) => [
  { start: '', unit, end: '!' },
  { start: '1', unit, end: '\0' },
]);
