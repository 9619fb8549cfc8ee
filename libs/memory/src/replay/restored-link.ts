import type { LedgerEntry } from '../event-model/ledger-entry.js';
import { coordinateKey, toCoordinate } from '../model/coordinate.js';
import { stringifyJson } from '../model/json-number.js';
import { isJsonObject, toDouble, type JsonObject, type JsonValue } from '../model/json.js';
import type { Namespace } from '../model/namespace.js';

/** An end of a link, as it was when the link was written. */
export interface RestoredLinkEnd {
  readonly key: string;
  /** `createdVersion` of the memory that lived there; null where none did. */
  readonly life: number | null;
  /** Version of the coordinate: what ended a life there later ended the link too. */
  readonly version: number;
}

/** What the newest ledger row of a link says. Times are epoch milliseconds. */
export interface RestoredLink {
  readonly namespace: Namespace;
  readonly from: RestoredLinkEnd;
  readonly to: RestoredLinkEnd;
  readonly type: string;
  /** False when the link was removed. */
  readonly isThere: boolean;
  readonly weight: number;
  readonly metadata: JsonObject;
  /** JSON text of the metadata, on one line. */
  readonly metadataJson: string;
  readonly version: number;
  /** Place in the order in which links were made; null in rows that do not have it. */
  readonly id: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Reads what a row of the ledger says of a link. @throws TypeError when it is not all there */
export function toRestoredLink({ namespace, type, payload, occurredAtMs }: LedgerEntry): RestoredLink {
  const { link_type: linkType, metadata = {} } = payload;
  if (typeof linkType !== 'string' || !isJsonObject(metadata)) throw new TypeError('it lacks the type or the metadata');
  const updatedAtMs = numberOf(payload, 'updated_at') ?? occurredAtMs;
  return {
    namespace,
    from: endOf(payload, 'from'),
    to: endOf(payload, 'to'),
    type: linkType,
    isThere: type === 'linked',
    weight: numberOf(payload, 'weight') ?? 1,
    metadata,
    metadataJson: stringifyJson(metadata),
    version: numberOf(payload, 'version') ?? 1,
    id: numberOf(payload, 'link_id'),
    createdAtMs: numberOf(payload, 'created_at') ?? updatedAtMs,
    updatedAtMs,
  };
}

function endOf(payload: JsonObject, name: 'from' | 'to'): RestoredLinkEnd {
  const life = numberOf(payload, `${name}_life`);
  return {
    key: keyOf(payload[name], name),
    life,
    version: numberOf(payload, `${name}_version`) ?? life ?? 0,
  };
}

function keyOf(value: JsonValue | undefined, name: string): string {
  const numbers = Array.isArray(value) ? value.map(toDouble).filter((number) => number !== undefined) : [];
  if (!Array.isArray(value) || numbers.length !== value.length) throw new TypeError(`${name} is no coordinate`);
  return coordinateKey(toCoordinate(numbers, Infinity, name));
}

function numberOf(payload: JsonObject, name: string): number | null {
  return toDouble(payload[name]) ?? null;
}
