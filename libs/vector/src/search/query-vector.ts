/** A query reduced to the dimensions with a non-zero weight, ascending. */
export interface QueryVector {
  readonly dimensions: Int32Array;
  readonly weights: Float64Array;
  readonly length: number;
}

export function toQueryVector(vector: Float32Array): QueryVector {
  const dimensions = new Int32Array(vector.length);
  const weights = new Float64Array(vector.length);
  let length = 0;
  for (let dimension = 0; dimension < vector.length; dimension++) {
    const weight = vector[dimension] ?? 0;
    if (weight === 0) continue;
    dimensions[length] = dimension;
    weights[length] = weight;
    length++;
  }
  return { dimensions, weights, length };
}

/**
 * Dot product, dimensions in ascending order: all ways to score a vector add in this order, so that they give the same
 * bits.
 */
export function dot(query: QueryVector, vector: Float32Array): number {
  let sum = 0;
  for (let term = 0; term < query.length; term++) {
    sum += query.weights[term]! * vector[query.dimensions[term]!]!;
  }
  return sum;
}
