import type { ConfigWarning } from './config-warning.js';
import type { Environment } from './environment.js';

const OUR_PREFIX = 'SOMA_';

/**
 * Variables that Kubernetes puts into every pod for every Service of its namespace, such as SOMA_API_PORT=tcp://…
 * for a Service called soma-api. They are not settings, although their names can collide with one.
 */
export function isKubernetesServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(HOST|PORT(_\w+)?)$/.test(name) || /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name))
    return true;
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//i.test(value);
}

/** Warns about every variable that has our prefix but is unknown, and suggests the name that was probably meant. */
export function findUnknownSettings(environment: Environment, known: ReadonlySet<string>): ConfigWarning[] {
  const suspects = Object.entries(environment).filter(
    ([name, value = '']) =>
      name.toUpperCase().startsWith(OUR_PREFIX) &&
      !known.has(name) &&
      value.trim() !== '' &&
      !isKubernetesServiceLink(name, value),
  );
  return suspects.map(([name]) => {
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? 'docs/CONFIGURATION.md lists all settings' : `did you mean ${nearest}?`;
    return { kind: 'unknown', variable: name, message: `is not a setting and has no effect; ${hint}` };
  });
}

/** Returns the known name with the fewest typing mistakes from this one, unless there are too many. */
function nearestName(name: string, known: ReadonlySet<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.floor(name.length / 4) + 1;
  for (const candidate of known) {
    const mistakes = editDistance(name.toUpperCase(), candidate);
    if (mistakes < fewest) [nearest, fewest] = [candidate, mistakes];
  }
  return nearest;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? Infinity) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}
