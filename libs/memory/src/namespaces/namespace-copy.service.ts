import { v7 as uuidv7 } from 'uuid';
import { throwIfEnded } from '../attempts/request-budget.js';
import { nextTurn } from '../attempts/turns.js';
import type { ImportanceStates } from '../importance/importance-states.port.js';
import type { RetentionPolicies } from '../lifecycle/ports/retention-policies.port.js';
import { InvalidRequestError, NamespaceBusyError, NamespaceNotEmptyError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { ExportSource, SnapshotMemory } from '../portability/ports/export-source.port.js';
import type {
  ImportCounts,
  ImportedLink,
  ImportedMemory,
  ImportTarget,
} from '../portability/ports/import-target.port.js';
import { toImportedLink, toImportedMemory, type ImportRules } from '../portability/transfer/imported-records.js';
import type { NamespaceLock } from '../verify/ports/namespace-lock.port.js';
import type { CopyCounts, CopyPlace, CopyState, NamespaceCopies } from './namespace-copies.port.js';
import type { NamespaceMoves } from './namespace-moves.port.js';
import type { NamespaceStore } from './namespace-store.port.js';

export interface CopyOptions {
  /** Versions and links written in one transaction, at most and about. @default 500 */
  readonly batchSize?: number;
  /** How long one call goes on before it leaves the rest to the next, in milliseconds. @default 5000 */
  readonly patienceMs?: number;
}

/** Copied so far, by all calls. */
export interface NamespaceCopy extends CopyCounts {
  /** False when there is more to do: call again. */
  readonly isDone: boolean;
}

/** What a copy stands on. */
export interface CopiedPlaces {
  readonly source: ExportSource;
  readonly target: ImportTarget;
  readonly copies: NamespaceCopies;
  readonly moves: Pick<NamespaceMoves, 'underWay'>;
  readonly store: Pick<NamespaceStore, 'rest'>;
  readonly policies: Pick<RetentionPolicies, 'find' | 'replace'>;
  readonly importances: Pick<ImportanceStates, 'carry'>;
  readonly lock: NamespaceLock;
  /** The space of embeddings that are taken along. */
  readonly embeddings: { readonly space: string; readonly dimension: number };
}

const BATCH_BYTES = 4 * 1024 * 1024;
const PER_TURN = 50;

/**
 * Copies a namespace as it was at one moment into an empty one, while both are used. How far it came is remembered with each
 * batch: whoever calls again goes on where an interrupted call ended.
 */
export class NamespaceCopyService {
  private readonly options: Required<CopyOptions>;

  constructor(
    private readonly places: CopiedPlaces,
    private readonly rules: ImportRules,
    { batchSize = 500, patienceMs = 5000 }: CopyOptions = {},
  ) {
    this.options = { batchSize, patienceMs };
  }

  /**
   * Copies what is known of importances, memories with versions, times, history and embeddings, then links, then the retention
   * policy if there is one. A copy that is done says so again until the target is deleted.
   *
   * @throws InvalidRequestError for a copy onto itself; NamespaceNotEmptyError when something else is in the target;
   * NamespaceBusyError; ImportConflictError when somebody wrote something else where a record goes; StoreUnavailableError
   */
  async copy(source: Namespace, target: Namespace): Promise<NamespaceCopy> {
    if (source === target) throw new InvalidRequestError('to', 'must be another namespace');
    return this.places.lock.hold(target, async (lost) => {
      // Half of it would be copied, or two namespaces would be mixed.
      for (const name of [source, target])
        if (await this.places.moves.underWay(name)) throw new NamespaceBusyError(name);
      const begun = await this.begin(source, target);
      const run = new CopyRun(this.places, this.rules, { ...this.options, target, lost }, begun);
      const { place, counts } = begun.place === null ? begun : await run.go(begun.place);
      return { ...counts, isDone: place === null };
    });
  }

  private async begin(source: Namespace, target: Namespace): Promise<CopyState> {
    const { copies, store, source: from } = this.places;
    const before = await copies.find(target);
    const { isInUse } = await store.rest(target, new Date());
    const isOurs = before?.source === source;
    if (before && isOurs && (isInUse || before.place !== null)) return before;
    if (isInUse) throw new NamespaceNotEmptyError(target);
    const counts = { memories: 0, versions: 0, links: 0 };
    const state = {
      source,
      position: await from.position(),
      counts,
      place: { phase: 'memories', after: null },
    } as const;
    await this.places.importances.carry(source, target);
    await copies.save(target, state);
    return state;
  }
}

interface RunOptions extends Required<CopyOptions> {
  readonly target: Namespace;
  readonly lost: AbortSignal;
}

/** What one call does of a copy. */
class CopyRun {
  private readonly endMs: number;
  private batch: ImportedMemory[] = [];
  private size = 0;
  private bytes = 0;

  constructor(
    private readonly places: CopiedPlaces,
    private readonly rules: ImportRules,
    private readonly options: RunOptions,
    private state: CopyState,
  ) {
    this.endMs = performance.now() + options.patienceMs;
  }

  async go(begun: CopyPlace): Promise<CopyState> {
    let place: CopyPlace | null = begun;
    while (place !== null && !this.isLate()) {
      place = place.phase === 'memories' ? await this.memories(place.after) : await this.links(place.after);
    }
    return this.state;
  }

  private isLate(): boolean {
    throwIfEnded();
    this.options.lost.throwIfAborted();
    return performance.now() >= this.endMs;
  }

  private async memories(after: Extract<CopyPlace, { phase: 'memories' }>['after']): Promise<CopyPlace | null> {
    const { source: from, position } = this.state;
    const page = await this.places.source.memories(from, {
      ...{ position, now: new Date(), withVectors: true },
      ...(after ? { after } : {}),
    });
    for (const [index, memory] of page.memories.entries()) {
      if (index % PER_TURN === PER_TURN - 1) await nextTurn();
      await this.add(memory);
      if (this.size < this.options.batchSize && this.bytes < BATCH_BYTES) continue;
      // One memory may have many versions: what is written is remembered, not only whole pages.
      const id = await this.places.source.memoryId(from, memory.key);
      const reached = id === undefined ? after : { createdAtMs: memory.createdAt.getTime(), id };
      await this.flush({ phase: 'memories', after: reached });
      if (this.isLate()) return this.state.place;
    }
    return this.flush(page.next ? { phase: 'memories', after: page.next } : { phase: 'links', after: null });
  }

  private async add(memory: SnapshotMemory): Promise<void> {
    const { key, version, createdVersion: first } = memory;
    const asked = { key, position: this.state.position, from: first, below: version };
    const earlier = version > first ? await this.places.source.versions(this.state.source, asked) : [];
    // The first that is told begins the history, whatever came before it.
    const versions = earlier.map((one, index) => (index === 0 ? { ...one, change: 'created' as const } : one));
    const { space, dimension } = this.places.embeddings;
    const copied = toImportedMemory(
      this.options.target,
      { ...memory, versions },
      { ...this.rules, accepts: (vector) => vector.space === space && vector.values.length === dimension },
    );
    this.batch.push(copied);
    this.size += 1 + versions.length;
    const contents = [copied, ...copied.versions.map(({ content }) => content)];
    for (const content of contents) this.bytes += content?.payloadJson.length ?? 0;
  }

  private async flush(place: CopyPlace): Promise<CopyPlace> {
    const { batch } = this;
    this.batch = [];
    this.size = 0;
    this.bytes = 0;
    const written =
      batch.length > 0 ? await this.places.target.memories(this.options.target, batch, 'fail') : undefined;
    const { memories, versions, links } = this.state.counts;
    const counts = { memories: memories + there(written), versions: versions + (written?.versions ?? 0), links };
    return this.reach(place, counts);
  }

  private async links(after: Extract<CopyPlace, { phase: 'links' }>['after']): Promise<CopyPlace | null> {
    const { source: from, position, counts } = this.state;
    const now = new Date();
    const page = await this.places.source.links(from, { position, now, ...(after ? { after } : {}) });
    const links: ImportedLink[] = page.links.map((link) =>
      toImportedLink(
        this.options.target,
        { ...link, from: link.from.coordinate, to: link.to.coordinate },
        { limits: this.rules.limits, now },
      ),
    );
    const written = links.length > 0 ? await this.places.target.links(this.options.target, links, 'fail') : undefined;
    if (!page.next) await this.carryPolicy();
    const place = page.next ? ({ phase: 'links', after: page.next } as const) : null;
    return this.reach(place, { ...counts, links: counts.links + there(written) });
  }

  /** A target whose source has no policy keeps its own. */
  private async carryPolicy(): Promise<void> {
    const { policies } = this.places;
    const stored = await policies.find(this.state.source);
    if (!stored) return;
    const { maxAgeSeconds, maxMemories, keepImportanceFrom } = stored;
    await policies.replace(this.options.target, { maxAgeSeconds, maxMemories, keepImportanceFrom }, uuidv7());
  }

  private async reach<Place extends CopyPlace | null>(place: Place, counts: CopyCounts): Promise<Place> {
    this.state = { ...this.state, place, counts };
    await this.places.copies.save(this.options.target, this.state);
    return place;
  }
}

/** What an interrupted call wrote and did not remember is found unchanged. */
function there(counts: ImportCounts | undefined): number {
  return counts ? counts.imported + counts.unchanged : 0;
}
