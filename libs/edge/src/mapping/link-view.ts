import { coordinateOfKey, type FoundPath, type Link, type Neighbour } from '@sfm/memory';

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
