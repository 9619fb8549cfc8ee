import { isJsonObject, type JsonObject } from '@sfm/memory';

/** The changes of an answer. */
export function changesIn({ changes }: JsonObject): readonly JsonObject[] {
  return Array.isArray(changes) ? changes.filter(isJsonObject) : [];
}

/** A change in one line, for people. */
export function told({ at, kind, coordinate, version }: JsonObject): string {
  const place = Array.isArray(coordinate) ? coordinate.map(String).join(',') : '';
  const which = typeof version === 'number' ? ` version ${version}` : '';
  return `${String(at)} ${String(kind).padEnd(8)} ${place}${which}`;
}
