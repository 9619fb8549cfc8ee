import type { Link } from '../../links/ports/link.js';
import { coordinateOfKey, type Coordinate } from '../../model/coordinate.js';
import { canonicalJson } from '../../model/content-hash.js';
import type { JsonValue } from '../../model/json.js';
import type { Validity } from '../../model/validity.js';
import type { PortableContent, PortableMemory, PortableVersion } from '../ports/portable-memory.js';

/** Name and version of the format. A reader refuses a higher version; fields may be added within one. */
export const FORMAT_NAME = 'somafractalmemory';
export const FORMAT_VERSION = 1;

/** What a file may have beyond memories and links. */
export const EXPORT_EXTRAS = ['history', 'vectors'] as const;
export type ExportExtra = (typeof EXPORT_EXTRAS)[number];

/** Records of each kind so far. */
export interface RecordCounts {
  readonly memories: number;
  readonly versions: number;
  readonly links: number;
}

export function headerLine(include: readonly ExportExtra[]): string {
  return line({ format: FORMAT_NAME, version: FORMAT_VERSION, include: [...include] });
}

export function memoryLine(memory: Omit<PortableMemory, 'versions'>): string {
  const { coordinate, version, createdAt, updatedAt, vector } = memory;
  return line({
    kind: 'memory',
    coordinate: [...coordinate],
    version,
    ...contentFields(memory),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    ...(vector ? { vector: { space: vector.space, values: base64(vector.values) } } : {}),
  });
}

/** An earlier version of the memory whose line follows. */
export function versionLine(coordinate: Coordinate, { version, change, at, content }: PortableVersion): string {
  return line({
    kind: 'version',
    coordinate: [...coordinate],
    version,
    change,
    at: at.toISOString(),
    ...(content === null ? {} : contentFields(content)),
  });
}

export function linkLine({ from, to, type, weight, metadata, version, createdAt, updatedAt }: Link): string {
  return line({
    kind: 'link',
    from: [...from.coordinate],
    to: [...to.coordinate],
    type,
    weight,
    metadata,
    version,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  });
}

/** Ends a part of the file. @param after says where to go on, to whoever has the position of the export */
export function checkpointLine(counts: RecordCounts, sha256: string, after: string): string {
  return line({ kind: 'checkpoint', ...counts, sha256, after });
}

export function endLine(counts: RecordCounts, sha256: string): string {
  return line({ kind: 'end', ...counts, sha256 });
}

function contentFields({ type, payload, importance, importanceNorm, expiresAt, validity }: PortableContent) {
  return {
    type,
    payload,
    importance,
    importance_norm: importanceNorm,
    expires_at: expiresAt?.toISOString() ?? null,
    ...(validity ? validityFields(validity) : {}),
  };
}

/** Only what there is: most memories have none of it. */
function validityFields({ fromMs, toMs, supersedes, supersededBy }: Validity) {
  const newer = Object.entries(supersededBy).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    ...(fromMs === null ? {} : { valid_from: new Date(fromMs).toISOString() }),
    ...(toMs === null ? {} : { valid_to: new Date(toMs).toISOString() }),
    ...(supersedes.length === 0 ? {} : { supersedes: supersedes.map(coordinateOfKey) }),
    ...(newer.length === 0
      ? {}
      : {
          superseded_by: newer.map(([key, since]) => ({
            coordinate: coordinateOfKey(key),
            since: new Date(since).toISOString(),
          })),
        }),
  };
}

/** Keys below the first level are sorted: the order of a payload's keys is no part of it, and no store keeps it. */
function line(record: Readonly<Record<string, JsonValue>>): string {
  const fields = Object.entries(record).map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`);
  return `{${fields.join(',')}}\n`;
}

/** Little-endian float32, as all machines have it that run Node. */
function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}
