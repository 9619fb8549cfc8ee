import type { Coordinate } from '../../model/coordinate.js';
import { InvalidRequestError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import { MEMORY_TYPES } from '../../model/memory.js';
import type { NewLink } from '../../links/link-command.js';
import type { PortableContent, PortableMemory, PortableVector, PortableVersion } from '../ports/portable-memory.js';
import { readValidity } from './read-validity.js';
import { RecordFields } from './record-fields.js';
import type { RecordCounts } from './record-lines.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const FLOAT_BYTES = 4;

/** A link with what a new one has not. */
export interface PortableLink extends NewLink {
  readonly metadata: JsonObject;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A line of a file of ours, after the first. */
export type FileRecord =
  | { readonly kind: 'memory'; readonly memory: PortableMemory }
  | { readonly kind: 'version'; readonly coordinate: Coordinate; readonly version: PortableVersion }
  | { readonly kind: 'link'; readonly link: PortableLink }
  | FileSum;

/** What a part of the file, or all of it, must have been. */
export interface FileSum {
  readonly kind: 'checkpoint' | 'end';
  readonly counts: RecordCounts;
  readonly sha256: string;
}

const KINDS = ['memory', 'version', 'link', 'checkpoint', 'end'] as const;
const CHANGES = ['created', 'updated', 'deleted'] as const;

/** @throws InvalidRequestError naming the field and what is allowed */
export function readRecord(record: JsonObject): FileRecord {
  const fields = new RecordFields(record);
  const read = readKind(fields);
  fields.end();
  return read;
}

function readKind(fields: RecordFields): FileRecord {
  const kind = fields.oneOf('kind', KINDS);
  switch (kind) {
    case 'memory':
      return { kind, memory: readMemory(fields) };
    case 'version':
      return { kind, coordinate: fields.coordinate('coordinate'), version: readVersion(fields) };
    case 'link':
      return { kind, link: readLink(fields) };
    case 'checkpoint':
      fields.text('after');
      return { kind, ...readSums(fields) };
    case 'end':
      return { kind, ...readSums(fields) };
  }
}

function readMemory(fields: RecordFields): PortableMemory {
  const vector = fields.any('vector');
  return {
    coordinate: fields.coordinate('coordinate'),
    version: fields.version('version'),
    ...readContent(fields),
    createdAt: fields.instant('created_at'),
    updatedAt: fields.instant('updated_at'),
    versions: [],
    ...(vector === undefined ? {} : { vector: readVector(fields.object('vector')) }),
  };
}

function readVersion(fields: RecordFields): PortableVersion {
  const change = fields.oneOf('change', CHANGES);
  return {
    version: fields.version('version'),
    change,
    at: fields.instant('at'),
    content: change === 'deleted' ? null : readContent(fields),
  };
}

function readContent(fields: RecordFields): PortableContent {
  const importanceNorm = fields.number('importance_norm');
  if (importanceNorm < 0 || importanceNorm > 1) throw new InvalidRequestError('importance_norm', 'must be from 0 to 1');
  return {
    type: fields.oneOf('type', MEMORY_TYPES),
    payload: fields.object('payload'),
    importance: fields.numberOrNull('importance'),
    importanceNorm,
    expiresAt: fields.instantOrNull('expires_at'),
    ...readValidity(fields),
  };
}

function readLink(fields: RecordFields): PortableLink {
  return {
    from: fields.coordinate('from'),
    to: fields.coordinate('to'),
    type: fields.text('type'),
    weight: fields.number('weight'),
    metadata: fields.object('metadata'),
    version: fields.version('version'),
    createdAt: fields.instant('created_at'),
    updatedAt: fields.instant('updated_at'),
  };
}

function readSums(fields: RecordFields) {
  const [memories, versions, links] = [fields.number('memories'), fields.number('versions'), fields.number('links')];
  return { counts: { memories, versions, links }, sha256: fields.text('sha256') };
}

function readVector(record: JsonObject): PortableVector {
  const fields = new RecordFields(record);
  const [space, text] = [fields.text('space'), fields.text('values')];
  fields.end();
  const bytes = BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
  if (!bytes || bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) {
    throw new InvalidRequestError('vector.values', 'must be base64 of little-endian float32 numbers');
  }
  // A copy, because the bytes may lie where no float may begin.
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  if (!values.every(Number.isFinite)) throw new InvalidRequestError('vector.values', 'must all be finite');
  return { space, values };
}
