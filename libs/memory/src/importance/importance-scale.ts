import {
  curveOf,
  type ImportanceBasis,
  type ImportanceCurve,
  type ImportanceMethod,
  type ImportanceQuantiles,
} from './importance-curve.js';

/** Newest samples that quantiles are taken of. */
const WINDOW = 512;
/** Quantiles are taken anew at every so many samples; before the first of these, there are none. */
const STRIDE = 64;
/** What a memory counts as that has no importance of its own. */
const UNWEIGHED = 1;

/** All that a scale knows: what is kept of a namespace. */
export interface ImportanceState extends ImportanceBasis {
  /** Samples of all times. */
  readonly count: number;
  /** The newest samples, oldest first, at most 512. */
  readonly recent: readonly number[];
}

export const NO_SAMPLES: ImportanceState = { count: 0, min: 0, max: 0, recent: [], quantiles: null };

/** The raw importance that a memory is a sample of: a memory without one counts as 1, as clients take it to be. */
export function rawImportance(importance: number | null): number {
  return importance ?? UNWEIGHED;
}

/**
 * Maps raw importances of a namespace onto 0..1 by the distribution of its newest samples, see `curveOf`.
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
  private fitted: ImportanceCurve;

  constructor(state: ImportanceState = NO_SAMPLES) {
    this.recent = [...state.recent];
    this.count = state.count;
    this.min = state.min;
    this.max = state.max;
    this.quantiles = state.quantiles;
    this.fitted = curveOf(this.basis);
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
    if (isDue || isBeyond) this.fitted = curveOf(this.basis);
  }

  /** Returns the norm of a raw importance, 0..1. */
  norm(raw: number): number {
    return this.fitted.norm(raw);
  }

  get method(): ImportanceMethod {
    return this.fitted.method;
  }

  get state(): ImportanceState {
    const { count, min, max, recent, quantiles } = this;
    return { count, min, max, recent: [...recent], quantiles };
  }

  get curve(): ImportanceCurve {
    return this.fitted;
  }

  /** What `curve` is the curve of. */
  get basis(): ImportanceBasis {
    const { min, max, quantiles } = this;
    return { min, max, quantiles };
  }
}

/** Returns the scale of samples that came in this order. */
export function scaleOf(samples: readonly number[], state: ImportanceState = NO_SAMPLES): ImportanceScale {
  const scale = new ImportanceScale(state);
  for (const raw of samples) scale.sample(raw);
  return scale;
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
