import type { NamespaceTotals } from '@sfm/memory';
import { table } from '../terminal/table.js';

const HEADINGS = ['NAMESPACE', 'MEMORIES', 'DELETED', 'EVENTS', 'POINTS', 'LINKS', 'PENDING', 'MOVING', 'DEAD LETTERS'];

/** Formats the counts, one line per namespace. */
export function totalsText(namespaces: readonly NamespaceTotals[]): string {
  return table(
    HEADINGS,
    namespaces.map(({ namespace, memories, tombstones, events, points, links, pending, moving, deadLetters }) => [
      namespace,
      ...[memories, tombstones, events, points, links, pending, moving, deadLetters].map(String),
    ]),
  );
}
