const WINDOW = 512;
/** Values are divided by this first, so that differences across the whole range of doubles cannot overflow. */
const HEADROOM = 16;
/** A tail longer than this many inter-quartile ranges above the median calls for a squashing curve. */
const EXTREME_TAIL = 10;
/** A tail longer than this many inter-quartile ranges above the 95th percentile is clipped (Tukey's fence). */
const HEAVY_TAIL = 1.5;
/** Inter-quartile range of a normal distribution, in standard deviations. */
const NORMAL_IQR = 1.349;

/**
 * Maps raw importances onto 0..1 based on a namespace's recent values: min-max for well-behaved values, winsorised
 * min-max for heavy tails, a logistic curve around the median for extreme ones. Monotone at any moment.
 */
export class ImportanceNormalizer {
  private readonly arrivals: number[] = [];
  private readonly sorted: number[] = [];

  /** Records a raw value and returns its normalisation; 0 while all values are equal. */
  normalize(importance: number): number {
    const raw = importance / HEADROOM;
    this.note(raw);
    const min = this.sorted[0] ?? raw;
    const max = this.sorted.at(-1) ?? raw;
    if (max === min) return 0;
    const median = this.quantile(0.5);
    const iqr = this.quantile(0.75) - this.quantile(0.25);
    if (iqr > 0 && max - median > EXTREME_TAIL * iqr) return 1 / (1 + Math.exp((-(raw - median) * NORMAL_IQR) / iqr));
    const high = this.quantile(0.95);
    if (iqr > 0 && max - high > HEAVY_TAIL * iqr) return scale(raw, this.quantile(0.05), high);
    return scale(raw, min, max);
  }

  private note(raw: number): void {
    this.arrivals.push(raw);
    this.sorted.splice(this.position(raw), 0, raw);
    if (this.arrivals.length > WINDOW) {
      const oldest = this.arrivals.shift();
      if (oldest !== undefined) this.sorted.splice(this.position(oldest), 1);
    }
  }

  private position(value: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private quantile(share: number): number {
    return this.sorted[Math.round(share * (this.sorted.length - 1))] ?? 0;
  }
}

function scale(value: number, low: number, high: number): number {
  if (high <= low) return value > low ? 1 : 0;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
