/** Numbers of the ledger's sequence, both ends included, that were skipped because no row was visible. */
export interface Gap {
  readonly low: number;
  readonly high: number;
  /** Every transaction that could still make one visible has a smaller id; null until that id has been read. */
  readonly beforeXid: bigint | null;
}

/** What one reading of the ledger reveals about skipped numbers. */
export interface GapReading {
  /** Numbers that were seen, ascending. */
  readonly seen: readonly number[];
  /** The range in which known gaps were checked, both ends included; outside it their state is unchanged. */
  readonly from: number;
  readonly to: number;
  /** The oldest transaction that was still running at the time of the reading. */
  readonly oldestXid: bigint;
  /** A transaction that began after the reading, if one was requested. */
  readonly laterXid: bigint | null;
}

/** Maximum number of gaps kept separately. */
const MAX_GAPS = 10_000;

/**
 * Returns the known gaps that are still open: without the numbers seen, and without those whose transactions have
 * ended.
 */
export function stillOpen(gaps: readonly Gap[], { seen, from, to, oldestXid, laterXid }: GapReading): Gap[] {
  return gaps.flatMap(({ low, high, beforeXid }) => {
    const isFinal = beforeXid !== null && oldestXid >= beforeXid;
    const parts = isFinal
      ? [...gapsBetween(low - 1, Math.min(high + 1, from), []), ...gapsBetween(Math.max(low - 1, to), high + 1, [])]
      : gapsBetween(low - 1, high + 1, seen);
    return parts.map((part) => ({ ...part, beforeXid: beforeXid ?? laterXid }));
  });
}

/** Returns the numbers between two others that were not seen; `seen` is ascending. */
export function gapsBetween(after: number, before: number, seen: readonly number[]): Gap[] {
  const gaps: Gap[] = [];
  let last = after;
  for (const number of [...seen.filter((seq) => seq > after && seq < before), before]) {
    if (number > last + 1) gaps.push({ low: last + 1, high: number - 1, beforeXid: null });
    last = number;
  }
  return gaps;
}

/**
 * Limits the number of gaps: the closest neighbours are joined, including the numbers between them, which are then read
 * again. Happens only while a transaction stays open for long and many others roll back.
 */
export function boundedGaps(gaps: readonly Gap[], max = MAX_GAPS): readonly Gap[] {
  const excess = gaps.length - max;
  if (excess <= 0) return gaps;
  const distances = gaps.slice(1).map(({ low }, index) => low - (gaps[index]?.high ?? low));
  const joinedUpTo = [...distances].sort((a, b) => a - b)[excess - 1] ?? 0;
  const joined: Gap[] = [];
  for (const gap of gaps) {
    const last = joined.at(-1);
    if (!last || gap.low - last.high > joinedUpTo) joined.push(gap);
    else joined[joined.length - 1] = { low: last.low, high: gap.high, beforeXid: laterOf(last, gap) };
  }
  return joined;
}

function laterOf({ beforeXid: one }: Gap, { beforeXid: other }: Gap): bigint | null {
  if (one === null || other === null) return null;
  return one > other ? one : other;
}
