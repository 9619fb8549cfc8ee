/** The vector scaled to length 1; a zero vector stays zero. */
export function toUnitLength(components: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let index = 0; index < components.length; index++) squares += components[index]! * components[index]!;
  const length = Math.sqrt(squares);
  const unit = new Float32Array(components.length);
  if (length === 0) return unit;
  for (let index = 0; index < components.length; index++) unit[index] = components[index]! / length;
  return unit;
}
