/** Rounding to decimals and normalising again change a component of a unit vector by less. */
const TOLERANCE = 1e-5;

/** Returns whether two vectors are equal component by component, but for the rounding that index servers do. */
export function isSameVector(a: ArrayLike<number> | null, b: ArrayLike<number> | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.length !== b.length) return false;
  for (let dimension = 0; dimension < a.length; dimension++) {
    // Written so that a component that is no number differs.
    if (!(Math.abs(a[dimension]! - b[dimension]!) <= TOLERANCE)) return false;
  }
  return true;
}
