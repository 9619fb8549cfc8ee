import { v7 as uuidv7 } from 'uuid';
import { InvalidRequestError } from '../../model/errors.js';
import { statedTimes } from '../../model/shown-validity.js';
import type { Validity } from '../../model/validity.js';
import { canonicalContentHash } from '../../model/content-hash.js';
import { coordinateOfKey, type Coordinate } from '../../model/coordinate.js';
import { toLinkCommand, type NewLink } from '../../links/link-command.js';
import type { Namespace } from '../../model/namespace.js';
import type { PayloadFields } from '../../model/payload-fields.js';
import type { StoreLimits } from '../../store/store.types.js';
import { toWriteCommand } from '../../store/write-command.js';
import type { PortableLink } from '../file/read-record.js';
import type { ForeignMemory } from '../foreign/foreign-formats.js';
import type { ImportedContent, ImportedLink, ImportedMemory } from '../ports/import-target.port.js';
import type { PortableContent, PortableMemory, PortableVector } from '../ports/portable-memory.js';

/** What every memory here must keep to, and what its texts are made of. */
export interface ImportRules {
  readonly limits: StoreLimits;
  readonly fields: PayloadFields;
}

/**
 * Checks a memory of an export as a stored one would be, and derives what belongs to it.
 *
 * @throws InvalidRequestError naming the field
 */
export function toImportedMemory(
  namespace: Namespace,
  memory: PortableMemory,
  rules: ImportRules & { readonly accepts: (vector: PortableVector) => boolean },
): ImportedMemory {
  const { coordinate, version, createdAt, updatedAt, versions, vector } = memory;
  const content = (of: PortableContent, at: Date) => contentOf(namespace, coordinate, { ...of, at }, rules);
  const { coordinate: checked, key, ...own } = content(memory, updatedAt);
  return {
    ...own,
    coordinate: checked,
    key,
    eventId: uuidv7(),
    version,
    createdAt,
    updatedAt,
    versions: versions.map((earlier) => ({
      ...earlier,
      eventId: uuidv7(),
      content: earlier.content && content(earlier.content, earlier.at),
    })),
    ...(vector && rules.accepts(vector) ? { vector } : {}),
  };
}

/** As `toImportedMemory`; its importance is to be normalised, and it is as new as it says or as it comes. */
export function fromForeign(
  namespace: Namespace,
  memory: ForeignMemory,
  { now, ...rules }: ImportRules & { readonly now: Date },
): ImportedMemory {
  const { createdAt = memory.updatedAt ?? now, updatedAt = createdAt, ...given } = memory;
  const command = toWriteCommand(namespace, given, rules);
  return {
    ...withoutIdentity(command),
    coordinate: command.coordinate,
    key: command.key,
    eventId: command.eventId,
    version: 1,
    createdAt,
    updatedAt: updatedAt < createdAt ? createdAt : updatedAt,
    versions: [],
  };
}

/** @throws InvalidRequestError naming the field */
export function toImportedLink(
  namespace: Namespace,
  link: PortableLink | NewLink,
  { limits, now }: { readonly limits: StoreLimits; readonly now: Date },
): ImportedLink {
  const { from, to, type, weight, metadata, metadataJson } = toLinkCommand(namespace, link, limits);
  const made = 'version' in link ? link : { version: 1, createdAt: now, updatedAt: now };
  const { version, createdAt, updatedAt } = made;
  return { from, to, type, weight, metadata, metadataJson, version, createdAt, updatedAt };
}

function contentOf(
  namespace: Namespace,
  coordinate: Coordinate,
  { type, payload, importance, importanceNorm, expiresAt, validity, at }: PortableContent & { readonly at: Date },
  rules: ImportRules,
): ImportedContent & Pick<ImportedMemory, 'coordinate' | 'key'> {
  const supersedes = validity?.supersedes.map(coordinateOfKey) ?? [];
  const said = { ...(supersedes.length > 0 ? { validFrom: at } : {}), ...statedTimes(validity), supersedes };
  const command = toWriteCommand(namespace, { coordinate, payload, type, ...said }, rules);
  return {
    ...withoutIdentity(command),
    coordinate: command.coordinate,
    key: command.key,
    // As it was, even where a store would take another from the payload.
    importance,
    importanceNorm,
    expiresAt,
    contentHash: canonicalContentHash(type, importance, command.payloadJson),
    ...withNewer(command, validity),
  };
}

/** What others say comes with the file too: they may be further down in it. */
function withNewer(
  { key, validity: said }: Pick<ReturnType<typeof toWriteCommand>, 'key' | 'validity'>,
  told: Validity | undefined,
): { readonly validity?: Validity } {
  const { supersededBy = {}, supersededAtMs = null } = told ?? {};
  if (Object.hasOwn(supersededBy, key)) {
    throw new InvalidRequestError('superseded_by', 'must not name the memory itself');
  }
  if (supersededAtMs === null) return said ? { validity: said } : {};
  return { validity: { fromMs: null, toMs: null, supersedes: [], ...said, supersededBy, supersededAtMs } };
}

function withoutIdentity(command: ReturnType<typeof toWriteCommand>): ImportedContent {
  const { type, payload, payloadJson, searchedText, session, importance, importanceNorm, contentHash, expiresAt } =
    command;
  return { type, payload, payloadJson, searchedText, session, importance, importanceNorm, contentHash, expiresAt };
}
