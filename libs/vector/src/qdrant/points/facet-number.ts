import { hash } from 'node:crypto';

/** Size of a facet: small enough for a number, large enough that two values of a namespace never collide by chance. */
const FACET_BYTES = 6;

/** Caches facets: most of a point's facets are shared with its neighbours, except those of long values. */
const known = new Map<string, number>();
const MAX_KNOWN = 20_000;
const MAX_KNOWN_LENGTH = 128;

/** Returns the number of a facet. */
export function numbered(facet: string): number {
  const before = known.get(facet);
  if (before !== undefined) return before;
  const number = hash('sha256', facet, 'buffer').readUIntBE(0, FACET_BYTES);
  if (facet.length > MAX_KNOWN_LENGTH) return number;
  if (known.size === MAX_KNOWN) known.clear();
  known.set(facet, number);
  return number;
}
