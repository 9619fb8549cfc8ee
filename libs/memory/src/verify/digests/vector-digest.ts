/** Two weighted sums over the components of a vector. */
export type VectorDigest = readonly [number, number];

/** Tolerance for the rounding and renormalising that servers do; their effect on a sum is far smaller. */
const TOLERANCE = 1e-4;

/** Weights of both sums, alternating, by number of dimensions. */
const weights = new Map<number, Float64Array>();

/**
 * Digest that distinguishes vectors without storing them: two sums, each component weighted by a fixed number of either
 * sign between a half and one. Changing any component by more than 0.0002 changes both sums by more than rounding does.
 *
 * Source: random projections (Johnson & Lindenstrauss, 1984), two of them.
 */
export function vectorDigest(vector: ArrayLike<number>): VectorDigest {
  const weighted = weightsFor(vector.length);
  let first = 0;
  let second = 0;
  for (let dimension = 0; dimension < vector.length; dimension++) {
    const component = vector[dimension]!;
    first += component * weighted[2 * dimension]!;
    second += component * weighted[2 * dimension + 1]!;
  }
  return [first, second];
}

/** Returns whether two digests are of vectors that differ by rounding only. */
export function isSameDigest(a: VectorDigest | null, b: VectorDigest | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a[0] - b[0]) <= TOLERANCE && Math.abs(a[1] - b[1]) <= TOLERANCE;
}

function weightsFor(dimensions: number): Float64Array {
  const known = weights.get(dimensions);
  if (known) return known;
  let state = 0x9e3779b9;
  const made = Float64Array.from({ length: 2 * dimensions }, () => {
    // One step of mulberry32, a small generator that gives the same numbers on every platform.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const number = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return number < 0.5 ? number - 1 : number;
  });
  weights.set(dimensions, made);
  return made;
}
