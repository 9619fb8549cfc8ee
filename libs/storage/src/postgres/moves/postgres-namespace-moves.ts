import {
  ImportConflictError,
  NamespaceBusyError,
  NamespaceMoves,
  trustedNamespace,
  type MovePhase,
  type Namespace,
  type NamespaceMove,
} from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { sqlState } from '../connection/driver-errors.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { endOtherLives } from './end-other-lives.js';
import { handOverStatements, TAKE_OVER } from './hand-over.js';
import {
  COMPARE_LINKS,
  END_CHANGED_LINKS,
  MIRROR_CHANGED_LINKS,
  MIRROR_NEXT_LINKS,
  NEXT_LINK_CHANGES,
  type MirroredLinksRow,
} from './move-links.js';
import {
  CHANGED_MEMORIES,
  COMPARE_MEMORIES,
  LAST_MEMORY,
  MIRROR,
  NEXT_MEMORIES,
  type ComparedRow,
} from './move-memories.js';

/** Versions that one transaction copies, about. */
const VERSIONS_AT_ONCE = 2000;

interface Position {
  readonly created_at_ms: number;
  readonly id: number;
}

/** Where a phase goes on. */
type MovePlace =
  | { readonly part: 'memories'; readonly after: Position; readonly last: Position }
  | { readonly part: 'links'; readonly after: readonly [fromKey: string, id: number] }
  /** Changes until `upTo`, those of memories until `memories` and those of links until `links`. */
  | { readonly part: 'changes'; readonly memories: number; readonly links: number; readonly upTo: number };

interface MoveRow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly phase: MovePhase;
  readonly position: number;
  readonly place: MovePlace | null;
  readonly memories: number;
  readonly links: number;
  readonly moved_at: Date | null;
}

const COLUMNS = `id, source, target, phase, position::float8 AS position, place, memories::float8 AS memories,
  links::float8 AS links, moved_at`;

/**
 * Moves namespaces in PostgreSQL, where nothing leaves the server: rows of the ledger are mirrored under the other name, and
 * what they made is copied beside them.
 */
export class PostgresNamespaceMoves extends NamespaceMoves {
  private readonly changes: DeadlinedChanges;
  private readonly notifier: OutboxNotifier;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  async find(source: Namespace): Promise<NamespaceMove | undefined> {
    return this.one('source = $1', source);
  }

  async underWay(namespace: Namespace): Promise<NamespaceMove | undefined> {
    return this.one(`phase <> 'done' AND (source = $1 OR target = $1)`, namespace);
  }

  /** @throws NamespaceBusyError when another one from or into it is under way */
  async begin(source: Namespace, target: Namespace, position: number): Promise<NamespaceMove> {
    const [last] = await this.database.query<Position>({ text: LAST_MEMORY, values: [source] });
    const place: MovePlace = last
      ? { part: 'memories', after: { created_at_ms: 0, id: -1 }, last }
      : { part: 'links', after: ['', 0] };
    try {
      return await this.database.transactionWithRetry(async (run) => {
        await run({
          text: `DELETE FROM namespace_moves WHERE phase = 'done' AND (source IN ($1, $2) OR target IN ($1, $2))`,
          values: [source, target],
        });
        await run({ text: 'INSERT INTO namespaces (name) VALUES ($1) ON CONFLICT DO NOTHING', values: [target] });
        const [row] = await run<MoveRow>({
          text: `INSERT INTO namespace_moves (id, source, target, position, place) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
          values: [randomUUID(), source, target, position, JSON.stringify(place)],
        });
        return toMove(row);
      });
    } catch (error) {
      throw sqlState(error) === '23505' ? new NamespaceBusyError(target) : error;
    }
  }

  async copy(move: NamespaceMove): Promise<NamespaceMove> {
    const row = await this.row(move);
    if (row.phase !== 'copying') return toMove(row);
    if (row.place?.part === 'memories') return this.copyMemories(row, row.place);
    if (row.place?.part === 'links') return this.copyLinks(row, row.place);
    return this.save(row, { phase: 'following', place: null });
  }

  async follow(move: NamespaceMove, upTo: number): Promise<number> {
    const row = await this.row(move);
    const begun = row.place?.part === 'changes' ? row.place : undefined;
    const place = begun ?? { part: 'changes' as const, memories: row.position, links: row.position, upTo };
    const { memories: after, upTo: until } = place;
    const changed = await this.database.query<{ readonly key: string; readonly seq: number }>({
      text: CHANGED_MEMORIES,
      values: [row.source, after, until, row.position],
    });
    if (changed.length > 0) {
      await this.mirror(
        row,
        changed.map(({ key }) => key),
      );
      await this.save(row, { place: { ...place, memories: changed.at(-1)?.seq ?? until } });
      return changed.length;
    }
    const links = await this.followLinks(row, place);
    if (links > 0) return links;
    // All until there is the target's. What came later is the next round's.
    await this.save(row, { position: until, place: null });
    return until < upTo ? 1 : 0;
  }

  async close(move: NamespaceMove): Promise<NamespaceMove> {
    return this.save(await this.row(move), { phase: 'closed' });
  }

  async compare({ source, target }: NamespaceMove): Promise<Pick<NamespaceMove, 'memories' | 'links'>> {
    const counts = { memories: 0, links: 0 };
    for (let after: string | null = ''; after !== null;) {
      const [part]: (ComparedRow & { readonly last: string | null })[] = await this.database.queryWithRetry({
        text: COMPARE_MEMORIES,
        values: [source, target, after],
      });
      if (part?.differing) throw new ImportConflictError(0, `coordinate ${part.differing} of ${target}`);
      counts.memories += part?.found ?? 0;
      after = part?.last ?? null;
    }
    for (let after: readonly [string, number] | null = ['', 0]; after !== null;) {
      const [part]: (ComparedRow & Pick<MirroredLinksRow, 'from_key' | 'id'>)[] = await this.database.query({
        text: COMPARE_LINKS,
        values: [source, target, ...after],
      });
      if (part?.differing) throw new ImportConflictError(0, `the link from ${part.differing} of ${target}`);
      counts.links += part?.found ?? 0;
      after = part?.from_key != null && part.id !== null ? [part.from_key, part.id] : null;
    }
    return counts;
  }

  async handOver(
    move: NamespaceMove,
    { memories, links }: Pick<NamespaceMove, 'memories' | 'links'>,
  ): Promise<NamespaceMove | undefined> {
    const isMoved = await this.database.transactionWithRetry(async (run) => {
      const [taken] = await run({ text: TAKE_OVER, values: [move.id, memories, links] });
      if (!taken) return false;
      for (const statement of handOverStatements(move.source, move.target)) await run(statement);
      return true;
    });
    return isMoved ? toMove(await this.row(move)) : undefined;
  }

  async finish(move: NamespaceMove): Promise<NamespaceMove> {
    return this.save(await this.row(move), { phase: 'done' });
  }

  private async one(condition: string, namespace: Namespace): Promise<NamespaceMove | undefined> {
    const [row] = await this.database.query<MoveRow>({
      text: `SELECT ${COLUMNS} FROM namespace_moves WHERE ${condition} LIMIT 1`,
      values: [namespace],
    });
    return row && toMove(row);
  }

  private async row({ id, source }: Pick<NamespaceMove, 'id' | 'source'>): Promise<MoveRow> {
    const [row] = await this.database.query<MoveRow>({
      text: `SELECT ${COLUMNS} FROM namespace_moves WHERE id = $1`,
      values: [id],
    });
    if (!row) throw new NamespaceBusyError(source);
    return row;
  }

  private async save(row: MoveRow, changed: Partial<MoveRow>): Promise<NamespaceMove> {
    const { phase, position, place, memories, links } = { ...row, ...changed };
    const [saved] = await this.database.queryWithRetry<MoveRow>({
      text: `UPDATE namespace_moves SET phase = $3, position = $4, place = $5, memories = $6, links = $7
        WHERE id = $1 AND phase = $2 RETURNING ${COLUMNS}`,
      values: [row.id, row.phase, phase, position, place && JSON.stringify(place), memories, links],
    });
    return toMove(saved ?? (await this.row(toMove(row))));
  }

  private async copyMemories(row: MoveRow, place: Extract<MovePlace, { part: 'memories' }>): Promise<NamespaceMove> {
    const at = ({ created_at_ms: ms, id }: Position) => [new Date(ms).toISOString(), id];
    const found = await this.database.query<Position & { key: string; is_live: boolean; versions: number }>({
      text: NEXT_MEMORIES,
      values: [row.source, ...at(place.after), ...at(place.last)],
    });
    const taken: typeof found = [];
    for (let versions = 0; taken.length < found.length && versions < VERSIONS_AT_ONCE;) {
      const next = found[taken.length];
      if (!next) break;
      taken.push(next);
      versions += next.is_live ? next.versions : 0;
    }
    const last = taken.at(-1);
    if (!last) return this.save(row, { place: { part: 'links', after: ['', 0] } });
    const keys = taken.filter(({ is_live }) => is_live).map(({ key }) => key);
    await this.mirror(row, keys);
    const after = { created_at_ms: last.created_at_ms, id: last.id };
    return this.save(row, { place: { ...place, after }, memories: row.memories + keys.length });
  }

  private async copyLinks(row: MoveRow, { after }: Extract<MovePlace, { part: 'links' }>): Promise<NamespaceMove> {
    const [mirrored] = await this.changes.run<MirroredLinksRow>((deadlineMs) => ({
      text: MIRROR_NEXT_LINKS,
      values: [row.source, row.target, deadlineMs, ...after],
    }));
    this.notifier.notify();
    if (!mirrored || mirrored.from_key === null || mirrored.id === null) {
      return this.save(row, { phase: 'following', place: null });
    }
    const place: MovePlace = { part: 'links', after: [mirrored.from_key, mirrored.id] };
    return this.save(row, { place, links: row.links + mirrored.made });
  }

  private async followLinks(row: MoveRow, place: Extract<MovePlace, { part: 'changes' }>): Promise<number> {
    const [next] = await this.database.query<{ readonly last: number | null; readonly count: number }>({
      text: NEXT_LINK_CHANGES,
      values: [row.source, place.links, place.upTo],
    });
    if (!next || next.last === null) return 0;
    const { last } = next;
    await this.changes.transaction(async (run, deadlineMs) => {
      const values = [row.source, row.target, deadlineMs, place.links, last];
      await run({ text: END_CHANGED_LINKS, values });
      await run({ text: MIRROR_CHANGED_LINKS, values });
    });
    this.notifier.notify();
    await this.save(row, { place: { ...place, memories: place.upTo, links: last } });
    return next.count;
  }

  /** Brings coordinates of the target to where they are in the source. */
  private async mirror({ id, source, target }: MoveRow, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.changes.transaction(async (run, deadlineMs) => {
      // Who supersedes whom is copied too, as in a replay.
      await run({ text: `SELECT set_config('soma.is_replay', 'true', true)` });
      await endOtherLives(run, { id, source, target, keys, deadlineMs });
      const rows = await run<{ readonly key: string; readonly is_written: boolean }>({
        text: MIRROR,
        values: [source, target, keys, id, deadlineMs],
      });
      const overtaken = rows.find(({ is_written }) => !is_written);
      if (overtaken) throw new ImportConflictError(0, `coordinate ${overtaken.key} of ${target}`);
    });
    this.notifier.notify();
  }
}

function toMove(row: MoveRow | undefined): NamespaceMove {
  if (!row) throw new Error('a statement that returns a move gave none');
  const { id, source, target, phase, memories, links, moved_at: movedAt } = row;
  return {
    ...{ id, phase, memories, links, movedAt },
    source: trustedNamespace(source),
    target: trustedNamespace(target),
  };
}
