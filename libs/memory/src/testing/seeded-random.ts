/** Repeatable random numbers in [0, 1): same seed, same sequence. Mulberry32 by Tommy Ettinger (public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Unit vector with normally spread directions; with `sparsity` (0..1) about that share of the components is zero. */
export function randomUnitVector(random: () => number, dimension: number, sparsity = 0): Float32Array {
  const components = Array.from({ length: dimension }, () =>
    random() < sparsity ? 0 : Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  return unitVector(components);
}

/** The components scaled to length 1; zeros stay zeros. */
export function unitVector(components: readonly number[]): Float32Array {
  const length = Math.hypot(...components);
  return Float32Array.from(components, (component) => (length === 0 ? 0 : component / length));
}
