import { JsonNumber } from './json-number.js';

/** A number as its text denotes it, exactly: sign × d.ddd × 10^exponent, without zeros at either end of the digits. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly exponent: number;
}

/** Beyond every double, and near enough for the plain digits of such a number to be of harmless length. */
const MAX_EXPONENT = 400;
const MAX_DIGITS = 400;
const ZERO: Decimal = { sign: 0, digits: '', exponent: 0 };

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** @param text a decimal number in any notation that `Number` reads */
function decimalOf(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', power = '0'] = DECIMAL.exec(text) ?? [];
  const all = whole + fraction;
  let start = 0;
  while (all.charCodeAt(start) === DIGIT_ZERO) start += 1;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === DIGIT_ZERO) end -= 1;
  if (start === end) return ZERO;
  return {
    sign: sign === '-' ? -1 : 1,
    digits: all.slice(start, end),
    exponent: Number(power) + whole.length - start - 1,
  };
}

const DIGIT_ZERO = 0x30;

/** True when the double that a text is read as is written as the same number, in whatever notation: `1.0`, `0.10`. */
export function isExactDouble(text: string): boolean {
  const double = Number(text);
  return Number.isFinite(double) && compareDecimals(decimalOf(text), decimalOf(String(double))) === 0;
}

/** Returns the double that is written as the same number; undefined when there is none. */
export function exactDouble(number: JsonNumber): number | undefined {
  return isExactDouble(number.text) ? Number(number.text) : undefined;
}

/**
 * Compares two numbers by all their digits. Of numbers written with more than 400 digits the first 400 count; all
 * magnitudes from 1e401 on are equal, and all below 1e-400.
 *
 * @returns the sign of `a - b`; NaN when one of them is NaN
 */
export function compareNumbers(a: number | JsonNumber, b: number | JsonNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : Math.sign(a - b);
  if (!isFinite(a) || !isFinite(b)) return Math.sign(nearest(a) - nearest(b));
  return compareDecimals(bounded(a), bounded(b));
}

/**
 * Returns JSON text that compares as the number does, for stores that write numbers out in full: as written where that
 * is short, else with as many digits and an exponent as comparing takes into account.
 */
export function comparableText({ text }: JsonNumber): string {
  const decimal = decimalOf(text);
  const limited = limit(decimal);
  const power = /[eE]([+-]?\d+)$/.exec(text)?.[1] ?? '0';
  const isShort = text.length <= MAX_DIGITS && Math.abs(Number(power)) <= MAX_EXPONENT;
  return limited === decimal && isShort ? text : textOf(limited);
}

/** Returns a value that is the same for equal numbers only. Those that a double can hold are the double. */
export function numberIdentity(number: JsonNumber): number | string {
  return exactDouble(number) ?? textOf(bounded(number));
}

function isFinite(number: number | JsonNumber): boolean {
  return typeof number !== 'number' || Number.isFinite(number);
}

function nearest(number: number | JsonNumber): number {
  return typeof number === 'number' ? number : number.nearest;
}

function bounded(number: number | JsonNumber): Decimal {
  return limit(decimalOf(String(number)));
}

function limit(decimal: Decimal): Decimal {
  const { sign, digits, exponent } = decimal;
  if (exponent > MAX_EXPONENT) return { sign, digits: '1', exponent: MAX_EXPONENT + 1 };
  if (exponent < -MAX_EXPONENT) return { sign, digits: '1', exponent: -MAX_EXPONENT - 1 };
  if (digits.length <= MAX_DIGITS) return decimal;
  return decimalOf(`${sign < 0 ? '-' : ''}${digits[0]}.${digits.slice(1, MAX_DIGITS)}e${exponent}`);
}

function textOf({ sign, digits, exponent }: Decimal): string {
  if (sign === 0) return '0';
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign < 0 ? '-' : ''}${digits[0]}${fraction}e${exponent}`;
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return Math.sign(a.sign - b.sign);
  if (a.exponent !== b.exponent) return a.exponent < b.exponent ? -a.sign : a.sign;
  if (a.digits === b.digits) return 0;
  return a.digits < b.digits ? -a.sign : a.sign;
}
