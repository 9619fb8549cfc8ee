import type { FoundPath, Link, Neighbour } from '@sfm/memory';

/** A link, as answers show it. */
export function linkView({ from, to, type, weight, metadata, version, createdAt, updatedAt }: Link) {
  return {
    from: from.coordinate,
    to: to.coordinate,
    type,
    weight,
    metadata,
    version,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

export function neighborView({ coordinate, hops, direction, link }: Neighbour) {
  return { coordinate, hops, direction, link: linkView(link) };
}

export function pathView(found: FoundPath | undefined) {
  return {
    found: found !== undefined,
    path: (found?.nodes ?? []).map(coordinateOfKey),
    links: (found?.steps ?? []).map(({ type, weight }) => ({ type, weight })),
    cost: found?.cost ?? null,
  };
}

/** The coordinate of a canonical key. */
export function coordinateOfKey(key: string): readonly number[] {
  return key.split(',').map(Number);
}
