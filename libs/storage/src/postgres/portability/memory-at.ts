/**
 * SQL for the row at one place, in parentheses, found by its key. Asked for what lives there, PostgreSQL without statistics, as after
 * a large import, would walk through all that lives in the namespace, for each place.
 */
export function memoryAt(namespace: string, key: string): string {
  return `(SELECT kept.* FROM memories kept WHERE kept.namespace = ${namespace} AND kept.coordinate_key = ${key} OFFSET 0)`;
}
