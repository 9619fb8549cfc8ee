import { contentHash } from '../model/content-hash.js';
import { coordinateKey } from '../model/coordinate.js';
import { jsonEquals, type JsonValue } from '../model/json.js';
import type { Validity } from '../model/validity.js';
import { validityToJson } from '../model/validity-json.js';
import type { PayloadFields } from '../model/payload-fields.js';
import { scalarField, searchedText } from '../text/searched-text.js';
import type { AuditedCoordinate, AuditedEntry, AuditedLedger, AuditedRow } from './ports/truth-audit.port.js';
import type { Difference, DifferenceKind } from './verify.types.js';

/** Characters up to which the name of a session is compared. */
const LONG_SESSION = 200;

type Finding = readonly [kind: DifferenceKind, detail: string];

/** What the text and the session of a memory are made of. */
export type DerivingFields = Pick<PayloadFields, 'text' | 'session'>;

/**
 * Returns the differences between a coordinate's row, its own hash, its ledger, and what follows from its payload. Only
 * the latter can be repaired.
 */
export function truthDifferences(
  { namespace, key, row, ledger }: AuditedCoordinate,
  fields: DerivingFields,
): readonly Difference[] {
  const about = { namespace, key };
  return [
    ...[...findings(key, row, ledger)].map(([kind, detail]) => ({ kind, ...about, detail, isRepairable: false })),
    ...[...textFindings(row, fields)].map(([kind, detail]) => ({ kind, ...about, detail, isRepairable: true })),
  ];
}

function* findings(key: string, row: AuditedRow | null, ledger: AuditedLedger | null): Generator<Finding> {
  if (row) yield* rowFindings(key, row);
  if (ledger) yield* sequenceFindings(ledger);
  if (ledger) yield* proofFindings(ledger);
  if (!row && ledger) yield ['memory_missing', `the ledger has ${ledger.events} events, memories has no row`];
  if (row && !ledger) yield ['ledger_missing', `the row has version ${row.version}, the ledger has no event`];
  if (row && ledger) yield* newestFindings(row, ledger);
}

/** From a payload that is not as written nothing follows. */
function* textFindings(row: AuditedRow | null, fields: DerivingFields): Generator<Finding> {
  if (!row || row.payload === null || isTampered(row)) return;
  const isText = row.searchedText === searchedText(row.payload, fields.text);
  const isSession = isSameSession(row.session, scalarField(row.payload, fields.session));
  if (isText && isSession) return;
  const names = [...(isText ? [] : ['searched_text']), ...(isSession ? [] : ['session'])];
  yield ['text_mismatch', `${names.join(' and ')} do not follow from the payload and the fields that are configured`];
}

/** A store may keep the digest of a long name. */
function isSameSession(stored: string | null, expected: string | null): boolean {
  return stored === expected || (stored !== null && (expected?.length ?? 0) > LONG_SESSION);
}

function* rowFindings(key: string, row: AuditedRow): Generator<Finding> {
  if (coordinateKey(row.coordinate) !== key) {
    yield ['coordinate_mismatch', `the coordinate reads ${coordinateKey(row.coordinate)}`];
  }
  if (isTampered(row)) yield ['content_mismatch', 'type, importance and payload do not have the hash that was stored'];
}

function isTampered({ isDeleted, payload, type, importance, contentHash: stored }: AuditedRow): boolean {
  if (isDeleted) return false;
  return payload === null || contentHash(type, importance, payload) !== stored;
}

function* sequenceFindings({ events, lowest, isBeginning, newest, missing }: AuditedLedger): Generator<Finding> {
  const first = isBeginning ? lowest : 1;
  if (events === newest.version - first + 1 && lowest === first && missing.length === 0) return;
  const lacks = missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`;
  yield ['ledger_gap', `the ledger has ${events} events of versions ${lowest} to ${newest.version}${lacks}`];
}

function* proofFindings({ altered, unlinked }: AuditedLedger): Generator<Finding> {
  if (altered.length > 0) yield ['ledger_altered', `not as they were written: versions ${altered.join(', ')}`];
  if (unlinked.length > 0) {
    yield [
      'ledger_unlinked',
      `written after another version before than the ledger has: versions ${unlinked.join(', ')}`,
    ];
  }
}

function* newestFindings(row: AuditedRow, { newest }: AuditedLedger): Generator<Finding> {
  if (newest.version !== row.version) {
    yield ['ledger_version_mismatch', `the row has version ${row.version}, the newest event ${newest.version}`];
    return;
  }
  if ((newest.type === 'deleted') !== row.isDeleted) {
    yield [
      'ledger_type_mismatch',
      `the memory ${row.isDeleted ? 'is deleted' : 'lives'}, the newest event says ${newest.type}`,
    ];
    return;
  }
  if (!row.isDeleted && newest.contentHash !== row.contentHash) {
    yield ['ledger_mismatch', `the row has hash ${brief(row.contentHash)}, its event ${brief(newest.contentHash)}`];
    return;
  }
  const unlike = differingColumns(row, newest);
  // A payload that does not match its hash is reported as such, not here.
  const told = isTampered(row) ? unlike.filter((name) => name !== 'payload') : unlike;
  if (told.length > 0) yield ['ledger_mismatch', `the row and its newest event differ in ${told.join(', ')}`];
}

/** Returns the columns in which a row differs from the result of its newest event. */
function differingColumns(row: AuditedRow, newest: AuditedEntry): string[] {
  const names: string[] = [];
  const compare = (name: string, isSame: boolean) => isSame || names.push(name);
  const recorded = (value: number | null, own: number | null) => value === null || value === own;
  compare('memory_type', newest.memoryType === row.type);
  compare(
    'coordinate',
    newest.coordinate !== null && coordinateKey(newest.coordinate) === coordinateKey(row.coordinate),
  );
  compare('id', recorded(newest.memoryId, row.id));
  compare('created_version', recorded(newest.createdVersion, row.createdVersion));
  compare('created_at', recorded(newest.createdAtMs, row.createdAtMs));
  compare('updated_at', recorded(newest.updatedAtMs, row.updatedAtMs));
  if (row.isDeleted) {
    compare('deleted_at', recorded(newest.updatedAtMs, row.deletedAtMs));
    return names;
  }
  compare('payload', newest.payload === null || jsonEquals(newest.payload, row.payload ?? undefined));
  compare('importance', newest.importance === row.importance);
  compare('importance_norm', recorded(newest.importanceNorm, row.importanceNorm));
  // An event without times is from an earlier version, which did not record expiry either.
  compare('expires_at', newest.updatedAtMs === null || newest.expiresAtMs === row.expiresAtMs);
  compare('validity', jsonEquals(textOf(newest.validity), textOf(row.validity)));
  return names;
}

function textOf(validity: Validity | undefined): JsonValue {
  return validity ? validityToJson(validity) : null;
}

function brief(hash: string | null): string {
  return hash === null ? 'none' : hash.slice(0, 12);
}
