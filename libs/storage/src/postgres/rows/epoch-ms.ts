/** Returns SQL for a time as whole milliseconds since 1970, which the driver returns as a number. */
export function epochMs(column: string): string {
  return `floor(extract(epoch FROM ${column}) * 1000)::float8`;
}
