import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';
import { parseJson } from '../model/parse-json.js';

/** JSON numbers that a double would be written differently from, or not be at all. */
export const WRITTEN_NUMBERS: readonly string[] = [
  ...['1.0', '-0', '0.10', '1e5', '6.02E+23', '1e-7000', '1764500000.0', '0e10'],
  ...['1234567890123456789', '-123456789012345678901234567890', '0.1000000000000000055511151231257827'],
  ...['1e400', '-1e400', '1e1000000', `1${'0'.repeat(1000)}.5`, `0.${'0'.repeat(20_000)}1`],
];

/** A payload with numbers of every notation, and with keys that name prototypes. */
export const WRITTEN_PAYLOAD = parseJson(`{
  "text": "numbers as written", "id": 1764500000123456789, "ratio": 1.0, "plain": [1, 0.5, 6.02e+23],
  "__proto__": {"deep": [1.0]}, "constructor": {"prototype": -0}, "all": [${WRITTEN_NUMBERS.join()}]
}`) as JsonObject;

/** Texts of any JSON numbers. */
export function writtenNumbers(): fc.Arbitrary<string> {
  const digits = fc.stringMatching(/^\d{1,25}$/);
  const sign = fc.constantFrom('', '-');
  const whole = fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,25}$/));
  const fraction = fc.oneof(
    fc.constant(''),
    digits.map((text) => `.${text}`),
  );
  const power = fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits);
  const exponent = fc.oneof(
    fc.constant(''),
    power.map((parts) => parts.join('')),
  );
  return fc.oneof(
    fc.tuple(sign, whole, fraction, exponent).map((parts) => parts.join('')),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  );
}
