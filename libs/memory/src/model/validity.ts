import { InvalidRequestError } from './errors.js';
import { TIME_RULE } from './time.js';

/** Most memories that one supersedes, and most that supersede one. */
export const MAX_SUPERSEDED = 100;

/** When a fact holds, in epoch milliseconds; null where nothing bounds it. The beginning counts, the end does not. */
export interface ValidityTimes {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** From when on another memory holds in its place. */
  readonly supersededAtMs: number | null;
}

/** What callers say of the validity of a memory. A memory of which nothing is said has none, and is always valid. */
export interface Validity extends ValidityTimes {
  /** Keys of the memories that this one takes the place of, from `fromMs` on. */
  readonly supersedes: readonly string[];
  /** Keys of the memories that take the place of this one, with the time from which on each does. */
  readonly supersededBy: Readonly<Record<string, number>>;
}

/** The moment for which valid memories are wanted. */
export interface ValidityQuery {
  readonly atMs: number;
  /** Also memories that others have taken the place of, as long as their own time is not over. */
  readonly withSuperseded: boolean;
}

/** What a caller wants: by default what is valid at present, without what was superseded. `any` asks for everything. */
export type ValidityChoice = 'any' | { readonly at?: Date; readonly withSuperseded?: boolean };

/** A query as callers put it, who choose instead of naming a moment. */
export type Reading<Query extends { readonly valid?: ValidityQuery }> = Omit<Query, 'valid'> & {
  readonly validity?: ValidityChoice;
};

/** Returns the query that a choice means; undefined for everything. @param present the moment when none is named */
export function validityQuery(choice: ValidityChoice | undefined, present: Date): ValidityQuery | undefined {
  if (choice === 'any') return undefined;
  const { at = present, withSuperseded = false } = choice ?? {};
  return { atMs: at.getTime(), withSuperseded };
}

/** As `validityQuery`, as the field of a query. */
export function validOf(
  { validity }: { readonly validity?: ValidityChoice },
  present: Date,
): { readonly valid?: ValidityQuery } {
  const valid = validityQuery(validity, present);
  return valid ? { valid } : {};
}

/** Defines validity: adapters that push it down must agree with this function. */
export function isValid(validity: ValidityTimes | undefined, query: ValidityQuery | undefined): boolean {
  if (validity === undefined || query === undefined) return true;
  const { fromMs, toMs, supersededAtMs } = validity;
  if (fromMs !== null && fromMs > query.atMs) return false;
  if (toMs !== null && toMs <= query.atMs) return false;
  return query.withSuperseded || supersededAtMs === null || supersededAtMs > query.atMs;
}

/** Whether two memories are valid at the same times. */
export function isSameTimes(a: ValidityTimes | undefined, b: ValidityTimes | undefined): boolean {
  const names = ['fromMs', 'toMs', 'supersededAtMs'] as const;
  return names.every((name) => (a?.[name] ?? null) === (b?.[name] ?? null));
}

/** What a caller says of a new memory. */
export interface StatedValidity {
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** Keys. */
  readonly supersedes: readonly string[];
}

/**
 * Checks what a caller says. A memory that supersedes others and names no beginning takes their place at once.
 *
 * @param key of the memory itself
 * @returns undefined when nothing was said
 * @throws InvalidRequestError
 */
export function statedValidity(
  key: string,
  { validFrom, validTo, supersedes }: StatedValidity,
  now: Date,
): Validity | undefined {
  const distinct = [...new Set(supersedes)];
  if (!validFrom && !validTo && distinct.length === 0) return undefined;
  if (distinct.length > MAX_SUPERSEDED) {
    throw new InvalidRequestError('supersedes', `must name at most ${MAX_SUPERSEDED} coordinates`);
  }
  if (distinct.includes(key)) throw new InvalidRequestError('supersedes', 'must not name the memory itself');
  const from = validFrom ?? (distinct.length > 0 ? now : undefined);
  const [fromMs, toMs] = [from, validTo].map((time) => time?.getTime() ?? null) as [number | null, number | null];
  checkTime('valid_from', fromMs);
  checkTime('valid_to', toMs);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    const beginning = validFrom ? 'valid_from' : 'the present, from which on a memory supersedes others by default';
    throw new InvalidRequestError('valid_to', `must lie after ${beginning}`);
  }
  return { fromMs, toMs, supersedes: distinct, supersededBy: {}, supersededAtMs: null };
}

/** The times that ISO 8601 writes with four digits for the year. */
const TIMES = { least: Date.parse('0000-01-01T00:00:00Z'), most: Date.parse('9999-12-31T23:59:59.999Z') } as const;

function checkTime(field: string, ms: number | null): void {
  if (ms === null || (ms >= TIMES.least && ms <= TIMES.most)) return;
  throw new InvalidRequestError(field, Number.isNaN(ms) ? TIME_RULE : 'must lie within the years 0 to 9999');
}
