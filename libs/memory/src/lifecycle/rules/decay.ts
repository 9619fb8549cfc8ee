import type { JsonObject } from '../../model/json.js';
import type { Memory } from '../../model/memory.js';

/** Memories older than this lose these keys of their payloads. */
export interface DecayLevel {
  /** Age, in seconds. At this very age nothing is lost yet. */
  readonly afterSeconds: number;
  /** Names of fields at the top of the payload. */
  readonly keys: readonly string[];
}

/** What memories lose with time; nothing where there is no level and no score. */
export interface DecayRules {
  readonly levels: readonly DecayLevel[];
  /** Whether memories that are old, rarely read and unimportant are stripped to what `KEPT_BY_SCORE` names. */
  readonly isScored: boolean;
}

/** How old and how used a memory is, by the clock of the store. */
export interface DecayFacts {
  /** Seconds since the memory was created. */
  readonly ageSeconds: number;
  /** Seconds since it was last returned by a read, or since it was created. */
  readonly idleSeconds: number;
  readonly accessCount: number;
  /** Null for none. */
  readonly importance: number | null;
}

/** All that the score leaves of a payload. */
export const KEPT_BY_SCORE: readonly string[] = ['memory_type', 'timestamp', 'coordinate', 'importance'];

const MAX_SCORE = 2;
/** More important memories are never stripped by score. */
const MAX_IMPORTANCE = 1;

/** Returns every key that a memory of this age has lost: levels add up. */
export function lostKeys(ageSeconds: number, levels: readonly DecayLevel[]): ReadonlySet<string> {
  return new Set(levels.filter(({ afterSeconds }) => ageSeconds > afterSeconds).flatMap(({ keys }) => keys));
}

/**
 * Hours of age and of idleness, less half an hour for every access and two for every point of importance. From the
 * reference implementation, which strips what scores more than 2.
 */
export function decayScore({ ageSeconds, idleSeconds, accessCount, importance }: DecayFacts): number {
  return ageSeconds / 3600 + idleSeconds / 3600 - 0.5 * accessCount - 2 * (importance ?? 0);
}

/** Returns what is left of a payload; undefined where nothing changes. */
export function decayed(
  { payload, importance }: Pick<Memory, 'payload' | 'importance'>,
  facts: Omit<DecayFacts, 'importance'>,
  rules: DecayRules,
): JsonObject | undefined {
  const lost = lostKeys(facts.ageSeconds, rules.levels);
  const isStripped =
    rules.isScored &&
    isJudged(payload, importance) &&
    (importance ?? 0) <= MAX_IMPORTANCE &&
    decayScore({ ...facts, importance }) > MAX_SCORE;
  const fields = Object.entries(payload);
  const kept = fields.filter(([name]) => !lost.has(name) && (!isStripped || KEPT_BY_SCORE.includes(name)));
  return kept.length === fields.length ? undefined : Object.fromEntries(kept);
}

/** False for a payload whose importance is none: what it is worth cannot be told. */
function isJudged(payload: JsonObject, importance: number | null): boolean {
  return importance !== null || (payload['importance'] ?? null) === null;
}
