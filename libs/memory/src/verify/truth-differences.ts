import { contentHash } from '../model/content-hash.js';
import { coordinateKey } from '../model/coordinate.js';
import type { AuditedCoordinate, AuditedLedger, AuditedRow } from './ports/truth-audit.port.js';
import type { Difference, DifferenceKind } from './verify.types.js';

type Finding = readonly [kind: DifferenceKind, detail: string];

/** What is wrong between the row of a coordinate, its own hash and its ledger. Nothing of it can be repaired. */
export function truthDifferences({ namespace, key, row, ledger }: AuditedCoordinate): readonly Difference[] {
  return [...findings(key, row, ledger)].map(([kind, detail]) => ({
    kind,
    namespace,
    key,
    detail,
    isRepairable: false,
  }));
}

function* findings(key: string, row: AuditedRow | null, ledger: AuditedLedger | null): Generator<Finding> {
  if (row) yield* rowFindings(key, row);
  if (ledger) yield* sequenceFindings(ledger);
  if (!row && ledger) yield ['memory_missing', `the ledger has ${ledger.events} events, memories has no row`];
  if (row && !ledger) yield ['ledger_missing', `the row has version ${row.version}, the ledger has no event`];
  if (row && ledger) yield* newestFindings(row, ledger);
}

function* rowFindings(key: string, row: AuditedRow): Generator<Finding> {
  if (coordinateKey(row.coordinate) !== key) {
    yield ['coordinate_changed', `the coordinate reads ${coordinateKey(row.coordinate)}`];
  }
  if (isTampered(row)) yield ['content_changed', 'type, importance and payload do not have the hash that was stored'];
}

function isTampered({ isDeleted, payload, type, importance, contentHash: stored }: AuditedRow): boolean {
  if (isDeleted) return false;
  return payload === null || contentHash(type, importance, payload) !== stored;
}

function* sequenceFindings({ events, lowest, newest, missing }: AuditedLedger): Generator<Finding> {
  if (events === newest.version && lowest === 1 && missing.length === 0) return;
  const lacks = missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`;
  yield ['ledger_gap', `the ledger has ${events} events of versions ${lowest} to ${newest.version}${lacks}`];
}

function* newestFindings(row: AuditedRow, { newest }: AuditedLedger): Generator<Finding> {
  if (newest.version !== row.version) {
    yield ['ledger_version', `the row has version ${row.version}, the newest event ${newest.version}`];
    return;
  }
  if ((newest.type === 'deleted') !== row.isDeleted) {
    yield ['ledger_type', `the memory ${row.isDeleted ? 'is deleted' : 'lives'}, the newest event says ${newest.type}`];
    return;
  }
  if (row.isDeleted) return;
  if (newest.contentHash !== row.contentHash) {
    yield ['ledger_content', `the row has hash ${brief(row.contentHash)}, its event ${brief(newest.contentHash)}`];
  } else if (!newest.saysTheSame && !isTampered(row)) {
    yield ['ledger_content', 'the payload of the newest event is not the one of the row'];
  }
}

function brief(hash: string | null): string {
  return hash === null ? 'none' : hash.slice(0, 12);
}
