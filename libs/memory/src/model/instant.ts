/** A moment by all its digits: whole seconds since 1970, and the digits of the fraction of a second after them. */
export interface Instant {
  readonly seconds: number;
  /** Without zeros at its end; empty for a whole second. */
  readonly fraction: string;
}

const LEAP_YEAR = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)';
const DAY =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|' +
  `02-(?:0[1-9]|1[0-9]|2[0-8]))|${LEAP_YEAR}-02-29)`;
const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,18})?)?';
const OFFSET = '(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)';

/**
 * Texts that are moments wherever values are compared: a day, or a day and a time of ISO 8601, of the years 0001 to 9999
 * and on days that the calendar has. For JavaScript and PostgreSQL alike.
 */
export const INSTANT_PATTERN = `^(?!0000)${DAY}(?:[Tt ]${CLOCK}${OFFSET}?)?$`;

const INSTANT = new RegExp(INSTANT_PATTERN);
const SHORTEST = '2026-01-31'.length;
const LONGEST = '2026-01-31T12:00:00.123456789012345678+00:00'.length;

/** Returns the moment that a text is, in UTC where it names no offset; undefined for every other text. */
export function instantOf(text: string): Instant | undefined {
  if (text.length < SHORTEST || text.length > LONGEST || text.charAt(4) !== '-' || !INSTANT.test(text))
    return undefined;
  const clock = text.slice(SHORTEST + 1);
  const date = new Date(0);
  date.setUTCFullYear(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, Number(text.slice(8, 10)));
  const [hours = 0, minutes = 0, seconds = 0] = (/^[0-9:]+/.exec(clock)?.[0] ?? '').split(':').map(Number);
  const [, fraction = ''] = /[.,]([0-9]+)/.exec(clock) ?? [];
  return {
    seconds: date.getTime() / 1000 + hours * 3600 + minutes * 60 + seconds - offsetOf(clock),
    fraction: withoutEndingZeros(fraction),
  };
}

/** Returns the sign of `a − b`. */
export function compareInstants(a: Instant, b: Instant): number {
  if (a.seconds !== b.seconds) return a.seconds - b.seconds;
  if (a.fraction === b.fraction) return 0;
  return a.fraction < b.fraction ? -1 : 1;
}

function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (digits.endsWith('0', end)) end -= 1;
  return digits.slice(0, end);
}

function offsetOf(clock: string): number {
  const [, sign, hours, minutes = '0'] = /([+-])([0-9]{2}):?([0-9]{2})?$/.exec(clock) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes) * 60);
}
