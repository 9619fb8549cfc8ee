/**
 * SQL for whether a namespace is not being renamed from or into. What is kept is decided anew when it is not: until then the
 * two have to stay the same.
 */
export function isAtRest(namespace: string): string {
  return `NOT EXISTS (SELECT FROM namespace_moves moving
    WHERE moving.phase <> 'done' AND (moving.source = ${namespace} OR moving.target = ${namespace}))`;
}
