import { coordinateOfKey, trustedNamespace, type JsonObject, type Link, type LinkEnd } from '@sfm/memory';
import { epochMs } from '../rows/epoch-ms.js';
import { payloadOf } from '../rows/payload-columns.js';

/** A row of `memory_links` as the driver returns `linkColumns`. */
export interface LinkDbRow {
  readonly id: number;
  readonly namespace: string;
  readonly from_key: string;
  readonly to_key: string;
  readonly link_type: string;
  readonly weight: number;
  readonly metadata: JsonObject;
  readonly metadata_text: string | null;
  readonly version: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
}

/** Returns the columns of a link, for a table with this alias. */
export function linkColumns(alias: string): string {
  const names = ['namespace', 'from_key', 'to_key', 'link_type', 'weight', 'metadata', 'metadata_text', 'version'];
  return [
    `${alias}.id::float8 AS id`,
    ...names.map((name) => `${alias}.${name}`),
    ...['created_at', 'updated_at'].map((name) => `${epochMs(`${alias}.${name}`)} AS ${name}_ms`),
  ].join(', ');
}

export function toLink(row: LinkDbRow): Link {
  return {
    namespace: trustedNamespace(row.namespace),
    id: row.id,
    from: toEnd(row.from_key),
    to: toEnd(row.to_key),
    type: row.link_type,
    weight: row.weight,
    metadata: payloadOf({ payload: row.metadata, payload_text: row.metadata_text }),
    version: row.version,
    createdAt: new Date(row.created_at_ms),
    updatedAt: new Date(row.updated_at_ms),
  };
}

function toEnd(key: string): LinkEnd {
  return { key, coordinate: coordinateOfKey(key) };
}
