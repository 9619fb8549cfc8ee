import { instantOf, type Instant, type RangeBound, type RangeBounds } from '@sfm/memory';

/** Texts from one to another in the order of code points, both included. */
export interface TextBounds {
  readonly from?: string;
  readonly to?: string;
}

const DAY_SECONDS = 86_400;
/** After everything that can follow the day in a moment. */
const LAST = '~';
const LAST_TEXT_POINT = 0x10ffff;
const [FIRST_SURROGATE, AFTER_SURROGATES] = [0xd800, 0xe000];

/**
 * Returns bounds in NFC that no text of the range lies outside of; undefined for a range that no text is in. Moments are
 * written with the day of their offset, which is at most a day away from theirs.
 */
export function textBounds({ gt, gte, lt, lte }: RangeBounds): TextBounds | undefined {
  if (![gt, gte, lt, lte].every((bound) => bound === undefined || typeof bound === 'string')) return undefined;
  const [from, to] = [lowest(gte ?? gt), highest(lte ?? lt)];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Returns bounds that no text which is the moment lies outside of. */
export function momentBounds(moment: Instant): TextBounds {
  const [from, to] = [dayOf(moment.seconds - DAY_SECONDS), dayOf(moment.seconds + DAY_SECONDS)];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to: to + LAST }) };
}

/** Returns bounds that no text in NFC which begins so lies outside of. */
export function prefixBounds(prefix: string): TextBounds {
  const from = prefix.normalize();
  const last = [...from].at(-1);
  const next = (last?.codePointAt(0) ?? LAST_TEXT_POINT) + 1;
  if (last === undefined || next > LAST_TEXT_POINT || !from.isWellFormed()) return { from };
  const point = next === FIRST_SURROGATE ? AFTER_SURROGATES : next;
  return { from, to: from.slice(0, -last.length) + String.fromCodePoint(point) };
}

function lowest(bound: RangeBound | undefined): string | undefined {
  if (typeof bound !== 'string') return undefined;
  const moment = instantOf(bound);
  return moment ? momentBounds(moment).from : bound.normalize();
}

function highest(bound: RangeBound | undefined): string | undefined {
  if (typeof bound !== 'string') return undefined;
  const moment = instantOf(bound);
  return moment ? momentBounds(moment).to : bound.normalize();
}

/** Undefined for days that no moment is written with. */
function dayOf(seconds: number): string | undefined {
  const day = new Date(seconds * 1000).toISOString().slice(0, '2026-01-31'.length);
  return /^\d{4}-/.test(day) ? day : undefined;
}
