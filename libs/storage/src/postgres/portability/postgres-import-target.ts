import {
  ImportConflictError,
  ImportTarget,
  jsonEquals,
  placementOf,
  StoreUnavailableError,
  type ConflictPolicy,
  type ImportCounts,
  type ImportedLink,
  type ImportedMemory,
  type Namespace,
} from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase, RunInTransaction } from '../connection/postgres-database.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { payloadOf } from '../rows/payload-columns.js';
import { checkKeyLength } from '../writing/key-length.js';
import { isSuperseding, Supersessions } from '../writing/supersessions.js';
import {
  existingLinksStatement,
  importLinksStatement,
  lockEndsStatement,
  type ExistingLinkRow,
  type PlacedLink,
} from './import-links.js';
import {
  idsStatement,
  importStatement,
  occupantsStatement,
  toOccupant,
  type OccupantRow,
  type PlacedImport,
} from './import-memories.js';
import { SETTLED_AT_ONCE, settleStatement } from './settle-superseded.js';

const MAX_ATTEMPTS = 5;

type Counts = { -readonly [Name in keyof ImportCounts]: number };

/** Others wrote where something was to be imported, after it was looked at. */
class OvertakenError extends Error {}

/**
 * Imports into PostgreSQL. A batch is one transaction: what is there is locked and looked at, then all is written by one
 * statement; when others come in between, it is undone and begins anew.
 */
export class PostgresImportTarget extends ImportTarget {
  private readonly changes: DeadlinedChanges;
  private readonly notifier: OutboxNotifier;

  constructor(database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  /** @throws InvalidCoordinateError when the text of a coordinate is too long for an index entry. */
  async memories(
    namespace: Namespace,
    memories: readonly ImportedMemory[],
    policy: ConflictPolicy,
  ): Promise<ImportCounts> {
    for (const { key } of memories) checkKeyLength(key);
    return this.attempts((run, deadlineMs) => importMemories(run, { namespace, memories, policy, deadlineMs }));
  }

  async links(namespace: Namespace, links: readonly ImportedLink[], policy: ConflictPolicy): Promise<ImportCounts> {
    return this.attempts((run, deadlineMs) => importLinks(run, { namespace, links, policy, deadlineMs }));
  }

  async settleSuperseded(namespace: Namespace): Promise<number> {
    for (let settled = 0; ;) {
      const rows = await this.changes.run((deadlineMs) => settleStatement(namespace, deadlineMs));
      settled += rows.length;
      if (rows.length > 0) this.notifier.notify();
      if (rows.length < SETTLED_AT_ONCE) return settled;
    }
  }

  private async attempts(
    work: (run: RunInTransaction, deadlineMs: number) => Promise<ImportCounts>,
  ): Promise<ImportCounts> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const counts = await this.changes.transaction(work);
        if (counts.imported + counts.replaced > 0) this.notifier.notify();
        return counts;
      } catch (error) {
        if (!(error instanceof OvertakenError)) throw error;
        if (attempt === MAX_ATTEMPTS) {
          throw new StoreUnavailableError('the import conflicts with other writes; retry shortly', { cause: error });
        }
      }
    }
  }
}

interface Import {
  readonly namespace: Namespace;
  readonly policy: ConflictPolicy;
  readonly deadlineMs: number;
}

async function importMemories(
  run: RunInTransaction,
  { namespace, memories, policy, deadlineMs }: Import & { readonly memories: readonly ImportedMemory[] },
): Promise<ImportCounts> {
  const keys = memories.map(({ key }) => key);
  // What they supersede may be gone, or be further down in the file.
  const commands = memories.map(({ key, validity }) => ({ namespace, key, validity, isTakenOver: true }));
  const supersessions = commands.some(isSuperseding) ? new Supersessions(commands) : undefined;
  await supersessions?.lock(run);
  const found = await run<OccupantRow>(occupantsStatement(namespace, keys));
  const rows = new Map(found.map((row) => [row.key, row]));
  const counts = noCounts();
  const placed: Omit<PlacedImport, 'newId'>[] = [];
  for (const [index, memory] of memories.entries()) {
    const row = rows.get(memory.key);
    const asked = {
      version: memory.version,
      firstVersion: memory.versions[0]?.version ?? memory.version,
      contentHash: memory.contentHash,
      expiresAtMs: memory.expiresAt?.getTime() ?? null,
      ...(memory.validity ? { validity: memory.validity } : {}),
      ...(memory.isNew ? { isNew: true } : {}),
    };
    const placement = placementOf(asked, row && toOccupant(row), policy);
    if (placement.kind === 'conflict') throw new ImportConflictError(index, `coordinate ${memory.key}`);
    counts[placement.kind] += 1;
    if (placement.kind === 'imported') counts.versions += memory.versions.length;
    if (placement.kind === 'imported' || placement.kind === 'replaced') placed.push({ memory, placement, row });
  }
  if (placed.length === 0) return counts;
  const ids = await run<{ id: number }>(idsStatement(placed.length));
  const complete = placed.map((one, index) => ({ ...one, newId: ids[index]?.id ?? 0 }));
  const written = await run(importStatement(namespace, complete, deadlineMs));
  if (written.length < placed.length) throw new OvertakenError('a coordinate was written meanwhile');
  await supersessions?.confirm(run);
  return counts;
}

async function importLinks(
  run: RunInTransaction,
  { namespace, links, policy, deadlineMs }: Import & { readonly links: readonly ImportedLink[] },
): Promise<ImportCounts> {
  await run(lockEndsStatement(namespace, links));
  const existing = await run<ExistingLinkRow>(existingLinksStatement(namespace, links));
  const rows = new Map(existing.map((row) => [nameOf(row.from_key, row.link_type, row.to_key), row]));
  const counts = noCounts();
  const placed: PlacedLink[] = [];
  for (const [index, link] of links.entries()) {
    const row = rows.get(nameOf(link.from.key, link.type, link.to.key));
    if (row && isSame(row, link)) {
      counts.unchanged += 1;
    } else if (!row || policy === 'replace') {
      counts[row ? 'replaced' : 'imported'] += 1;
      placed.push({ link, over: row?.version ?? 0 });
    } else if (policy === 'fail') {
      throw new ImportConflictError(index, `the link from ${link.from.key} to ${link.to.key} of type ${link.type}`);
    } else {
      counts.skipped += 1;
    }
  }
  if (placed.length === 0) return counts;
  const written = await run(importLinksStatement(namespace, placed, deadlineMs));
  if (written.length < placed.length) throw new OvertakenError('a link was written meanwhile');
  return counts;
}

function isSame(row: ExistingLinkRow, { weight, metadata }: ImportedLink): boolean {
  const there = payloadOf({ payload: row.metadata, payload_text: row.metadata_text });
  return row.weight === weight && jsonEquals(there, metadata);
}

function nameOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function noCounts(): Counts {
  return { imported: 0, replaced: 0, unchanged: 0, skipped: 0, versions: 0 };
}
