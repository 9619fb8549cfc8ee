/** SQL of a time as whole milliseconds since 1970, a number to the driver. */
export function epochMs(column: string): string {
  return `floor(extract(epoch FROM ${column}) * 1000)::float8`;
}
