/** The vector scaled to length 1; a zero vector stays zero. */
export function toUnitLength(components: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let index = 0; index < components.length; index++) squares += (components[index] ?? 0) ** 2;
  const length = Math.sqrt(squares);
  return Float32Array.from(components, (component) => (length === 0 ? 0 : component / length));
}
