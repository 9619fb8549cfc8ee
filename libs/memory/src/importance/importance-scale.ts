/** Newest samples that quantiles are taken of. */
const WINDOW = 512;
/** Quantiles are taken anew at every so many samples; before the first of these, there are none. */
const STRIDE = 64;
/** Stands in for a distance of 0 between two quantiles. */
const TINY = 1e-12;
/** What a memory counts as that has no importance of its own. */
const UNWEIGHED = 1;

/** The tail above the 90th percentile is longer than this many distances from there to the median: not `minmax`. */
const HEAVY_TAIL = 5;
/** The distance above the median is this many times that below it: not `minmax`. */
const SKEWED = 3;
/** As `HEAVY_TAIL`, for `winsor`. */
const EXTREME_TAIL = 15;
/** The same up to the 99th percentile, for `winsor`. */
const LONG_TAIL = 8;
/** Steepest logistic curve. */
const STEEPEST = 25;

export type ImportanceMethod = 'minmax' | 'winsor' | 'logistic';

/** Percentiles 10, 50, 90 and 99. */
export type ImportanceQuantiles = readonly [q10: number, q50: number, q90: number, q99: number];

/** All that a scale knows: what is kept of a namespace. */
export interface ImportanceState {
  /** Samples of all times. */
  readonly count: number;
  /** Extremes of all times; 0 without samples. */
  readonly min: number;
  readonly max: number;
  /** The newest samples, oldest first, at most 512. */
  readonly recent: readonly number[];
  /** As they were at the last 64th sample; null before the first. */
  readonly quantiles: ImportanceQuantiles | null;
}

export const NO_SAMPLES: ImportanceState = { count: 0, min: 0, max: 0, recent: [], quantiles: null };

/** The raw importance that a memory is a sample of: a memory without one counts as 1, as clients take it to be. */
export function rawImportance(importance: number | null): number {
  return importance ?? UNWEIGHED;
}

/**
 * Maps raw importances of a namespace onto 0..1 by the distribution of its newest samples: between the extremes where they
 * are even, between the 10th and 90th percentile where the tail is heavy, along a logistic curve where it is extreme.
 * Between two samples, a larger importance never gets a smaller norm.
 *
 * The method is that of the service that this one replaces, so that clients find the norms they know.
 */
export class ImportanceScale {
  private readonly recent: number[];
  private count: number;
  private min: number;
  private max: number;
  private quantiles: ImportanceQuantiles | null;
  private curve: Curve;

  constructor(state: ImportanceState = NO_SAMPLES) {
    this.recent = [...state.recent];
    this.count = state.count;
    this.min = state.min;
    this.max = state.max;
    this.quantiles = state.quantiles;
    this.curve = this.fitted();
  }

  /** @param raw any finite number */
  sample(raw: number): void {
    const isFirst = this.count === 0;
    const isBeyond = isFirst || raw < this.min || raw > this.max;
    this.min = isFirst ? raw : Math.min(this.min, raw);
    this.max = isFirst ? raw : Math.max(this.max, raw);
    this.count += 1;
    this.recent.push(raw);
    if (this.recent.length > WINDOW) this.recent.shift();
    const isDue = this.count % STRIDE === 0 || (this.quantiles === null && this.count > STRIDE);
    if (isDue) this.quantiles = quantilesOf(this.recent);
    if (isDue || isBeyond) this.curve = this.fitted();
  }

  /** Returns the norm of a raw importance, 0..1. */
  norm(raw: number): number {
    return this.curve.norm(raw);
  }

  get method(): ImportanceMethod {
    return this.curve.method;
  }

  get state(): ImportanceState {
    const { count, min, max, recent, quantiles } = this;
    return { count, min, max, recent: [...recent], quantiles };
  }

  private fitted(): Curve {
    const { min, max, quantiles } = this;
    const evenly = between('minmax', min, max);
    if (quantiles === null) return evenly;
    // Divided by a power of two, distances across the whole range of doubles stay finite; nothing else changes.
    const part = partOf(max - min);
    const at = (index: 0 | 1 | 2 | 3) => quantiles[index] * part;
    const [q10, q50, q90, q99] = [at(0), at(1), at(2), at(3)];
    const above = q90 - q50 || TINY;
    const below = q50 - q10 || TINY;
    const tail = (max * part - q90) / above;
    if (tail <= HEAVY_TAIL && (q90 - q50) / below <= SKEWED) return evenly;
    const spread = q90 - q10;
    if (tail > EXTREME_TAIL || (q99 - q90) / above > LONG_TAIL) return logistic(q50, spread, part);
    const margin = (spread || 1) / 4;
    return between('winsor', Math.max(min, (q10 - margin) / part), Math.min(max, (q90 + margin) / part));
  }
}

/** Returns the scale of samples that came in this order. */
export function scaleOf(samples: readonly number[], state: ImportanceState = NO_SAMPLES): ImportanceScale {
  const scale = new ImportanceScale(state);
  for (const raw of samples) scale.sample(raw);
  return scale;
}

interface Curve {
  readonly method: ImportanceMethod;
  readonly norm: (raw: number) => number;
}

function between(method: 'minmax' | 'winsor', low: number, high: number): Curve {
  const part = partOf(high - low);
  const span = high * part - low * part;
  if (method === 'winsor' && span < TINY) return { method, norm: () => 0.5 };
  return { method, norm: (raw) => within((raw * part - low * part) / (span || 1)) };
}

function logistic(centre: number, spread: number, part: number): Curve {
  if (spread < TINY) return { method: 'logistic', norm: () => 0.5 };
  const steepness = Math.min(STEEPEST, Math.log(9) / spread);
  return { method: 'logistic', norm: (raw) => 1 / (1 + Math.exp(-steepness * (raw * part - centre))) };
}

/** What to multiply numbers by so that this distance between two of them is finite. */
function partOf(distance: number): number {
  return Number.isFinite(distance) ? 1 : 1 / 16;
}

function within(norm: number): number {
  return Math.min(1, Math.max(0, norm));
}

/** Linear between the two nearest ranks. */
function quantilesOf(samples: readonly number[]): ImportanceQuantiles {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => {
    const rank = share * (sorted.length - 1);
    const low = sorted[Math.floor(rank)] ?? 0;
    const high = sorted[Math.ceil(rank)] ?? low;
    const part = rank - Math.floor(rank);
    return low * (1 - part) + high * part;
  };
  return [at(0.1), at(0.5), at(0.9), at(0.99)];
}
