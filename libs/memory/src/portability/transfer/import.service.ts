import { nextTurn } from '../../attempts/turns.js';
import {
  ImportConflictError,
  ImportStoppedError,
  InvalidRequestError,
  MemoryError,
  NamespaceMovingError,
  StoreUnavailableError,
  type ImportProgress,
} from '../../model/errors.js';
import type { Namespace } from '../../model/namespace.js';
import type { ImportanceNormalizers } from '../../importance/importance-normalizers.js';
import { SilentTelemetry, type MemoryTelemetry, type TransferOutcome } from '../../telemetry/telemetry.port.js';
import type { NamespaceLock } from '../../verify/ports/namespace-lock.port.js';
import { BrokenLineError } from '../file/text-lines.js';
import type {
  ConflictPolicy,
  ImportCounts,
  ImportedLink,
  ImportedMemory,
  ImportTarget,
} from '../ports/import-target.port.js';
import { lineBounds } from '../file/line-bounds.js';
import type { PortableVector } from '../ports/portable-memory.js';
import { importParts, within, type ImportFormat, type ReadPart, type ReadRecord } from './import-parts.js';
import { fromForeign, toImportedLink, toImportedMemory, type ImportRules } from './imported-records.js';

/** A line may be so much longer than the largest payload: its other fields, a vector, and letters written as escapes. */
const LINE_OVERHEAD_BYTES = 1024 * 1024;
const ESCAPED = 6;
/** Records that are checked before others get a turn. */
const PER_TURN = 50;

export interface ImportRequest {
  /** Told from the file when omitted. */
  readonly format?: ImportFormat;
  readonly onConflict: ConflictPolicy;
  /** Lines before this one are read and not imported. */
  readonly fromLine: number;
  /** See `ReadOptions.verifies`. */
  readonly verifies: boolean;
}

type MutableCounts = { -readonly [Name in keyof ImportCounts]: number };

/** What became of a file. */
export interface ImportReport {
  readonly format: ImportFormat;
  /** Lines that were read. */
  readonly lines: number;
  readonly memories: Readonly<Omit<ImportCounts, 'versions'>> & {
    /** Left out because their time is over. */
    readonly expired: number;
  };
  /** Earlier versions that came with memories. */
  readonly versions: number;
  readonly links: Readonly<Omit<ImportCounts, 'versions'>>;
}

export interface ImportListener {
  /** Called after each part. */
  onProgress?(progress: ImportProgress): void;
}

/** What an import stands on. */
export interface ImportPlaces {
  readonly target: ImportTarget;
  readonly normalizers: Pick<ImportanceNormalizers, 'apply'>;
  readonly lock: NamespaceLock;
  /** Discarded when omitted. */
  readonly telemetry?: Pick<MemoryTelemetry, 'countTransferred' | 'observeTransfer'>;
  /** The space of embeddings that may be taken over; when absent, all are computed anew. */
  readonly embeddings?: { readonly space: string; readonly dimension: number };
}

/**
 * Imports files of exports, ours and those of other services. A file is read part by part, and a part is written when all
 * of it has been read and checked, in transactions of many records: a broken line leaves the parts before it imported and
 * nothing of its own. Importing a file again changes nothing where it is there already.
 */
export class ImportService {
  constructor(
    private readonly places: ImportPlaces,
    private readonly rules: ImportRules,
  ) {}

  /**
   * One import into a namespace at a time, and none while it is rebuilt or repaired.
   *
   * @param input the bytes of the file; its end is the end of the file, a failure of it is passed on
   * @throws NamespaceBusyError; ImportStoppedError naming the line and where to go on
   */
  async import(
    namespace: Namespace,
    input: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    listener: ImportListener = {},
  ): Promise<ImportReport> {
    const { lock, telemetry = new SilentTelemetry() } = this.places;
    const startMs = performance.now();
    let outcome: TransferOutcome = 'failed';
    try {
      const report = await lock.hold(namespace, (lost) => {
        const run = new ImportRun(this.places, this.rules, namespace, request);
        return run.run(counted(input, telemetry), { onProgress: counting(listener, telemetry) }, lost);
      });
      outcome = 'complete';
      return report;
    } finally {
      telemetry.observeTransfer('import', outcome, performance.now() - startMs);
    }
  }
}

/** One import. */
class ImportRun {
  private readonly memories: MutableCounts & { expired: number } = { ...none(), expired: 0 };
  private readonly links: MutableCounts = none();
  private resumeFromLine = 1;
  private format: ImportFormat = 'soma';
  private readonly now = new Date();
  private hasSuperseded = false;

  constructor(
    private readonly places: ImportPlaces,
    private readonly rules: ImportRules,
    private readonly namespace: Namespace,
    private readonly request: ImportRequest,
  ) {}

  async run(input: AsyncIterable<Uint8Array>, listener: ImportListener, lost: AbortSignal): Promise<ImportReport> {
    const { format, verifies } = this.request;
    const maxLineBytes = ESCAPED * this.rules.limits.maxBytes + LINE_OVERHEAD_BYTES;
    const bounds = lineBounds(this.rules.limits);
    const options = { verifies, maxLineBytes, bounds, ...(format ? { format } : {}) };
    try {
      for await (const part of importParts(input, options)) {
        lost.throwIfAborted();
        await this.take(part);
        this.resumeFromLine = part.nextLine;
        listener.onProgress?.(this.progress());
      }
      if (this.hasSuperseded) await this.places.target.settleSuperseded(this.namespace);
    } catch (error) {
      throw this.stopped(error);
    }
    return this.report();
  }

  private async take(part: ReadPart): Promise<void> {
    this.format = part.format;
    this.hasSuperseded ||= part.records.some(isSuperseded);
    const wanted = part.records.filter(({ line }) => line >= this.request.fromLine);
    // Links last: a link belongs to the memories that live at its ends when it is written.
    await this.takeMemories(wanted);
    await this.takeLinks(wanted);
  }

  private async takeMemories(records: readonly ReadRecord[]): Promise<void> {
    const batch = new Batch<ImportedMemory>((memories) =>
      this.places.target.memories(this.namespace, memories, this.request.onConflict),
    );
    const { accepts } = this;
    for (const [index, record] of records.entries()) {
      if (record.kind === 'link') continue;
      if (index % PER_TURN === PER_TURN - 1) await nextTurn();
      const checked = within(record.line, () =>
        record.kind === 'memory'
          ? toImportedMemory(this.namespace, record.memory, { ...this.rules, accepts })
          : fromForeign(this.namespace, record.memory, { ...this.rules, now: this.now }),
      );
      if (checked.expiresAt !== null && checked.expiresAt <= this.now) {
        this.memories.expired += 1;
        continue;
      }
      const memory = record.kind === 'foreign' ? await this.normalized(checked) : checked;
      if (batch.has(memory.key)) add(this.memories, await batch.write());
      batch.add(memory.key, record.line, memory);
    }
    add(this.memories, await batch.write());
  }

  private async takeLinks(records: readonly ReadRecord[]): Promise<void> {
    const batch = new Batch<ImportedLink>((links) =>
      this.places.target.links(this.namespace, links, this.request.onConflict),
    );
    for (const record of records) {
      if (record.kind !== 'link') continue;
      const { limits } = this.rules;
      const link = within(record.line, () => toImportedLink(this.namespace, record.link, { limits, now: this.now }));
      const name = JSON.stringify([link.from.key, link.type, link.to.key]);
      if (batch.has(name)) add(this.links, await batch.write());
      batch.add(name, record.line, link);
    }
    add(this.links, await batch.write());
  }

  private async normalized(memory: ImportedMemory): Promise<ImportedMemory> {
    const [normalized] = await this.places.normalizers.apply([{ ...memory, namespace: this.namespace }]);
    return { ...memory, importanceNorm: normalized?.importanceNorm ?? 0 };
  }

  /** A vector of another space, or of another size, would be a foreign body in the index. */
  private readonly accepts = ({ space, values }: PortableVector): boolean => {
    const { embeddings } = this.places;
    return embeddings !== undefined && embeddings.space === space && embeddings.dimension === values.length;
  };

  private progress(): ImportProgress {
    const written = ({ imported, replaced, unchanged, skipped }: ImportCounts) =>
      imported + replaced + unchanged + skipped;
    return { resumeFromLine: this.resumeFromLine, records: written(this.memories) + written(this.links) };
  }

  private stopped(error: unknown): unknown {
    if (error instanceof LineError) return this.stoppedAt(error.line, error.cause);
    if (error instanceof BrokenLineError) return this.stoppedAt(error.line, error);
    return this.stoppedAt(this.resumeFromLine, error);
  }

  private stoppedAt(line: number, error: unknown): unknown {
    const progress = this.progress();
    if (error instanceof ImportConflictError) {
      return new ImportStoppedError('import_conflict', line, error.message, progress, { cause: error });
    }
    if (error instanceof InvalidRequestError) {
      return new ImportStoppedError('broken_import', line, error.message, progress, { cause: error });
    }
    if (error instanceof StoreUnavailableError) {
      const problem = 'the store did not answer, and whether this part was written is unknown; repeating it is safe';
      return new ImportStoppedError('import_interrupted', line, problem, progress, { cause: error });
    }
    if (error instanceof NamespaceMovingError) {
      return new ImportStoppedError('import_interrupted', line, error.message, progress, { cause: error });
    }
    return error instanceof MemoryError ? error : error;
  }

  private report(): ImportReport {
    const { versions, ...memories } = this.memories;
    const { versions: _, ...links } = this.links;
    return { format: this.format, lines: this.resumeFromLine - 1, memories, versions, links };
  }
}

/** A failure of a batch, with the line it is about. */
class LineError extends Error {
  constructor(
    readonly line: number,
    override readonly cause: unknown,
  ) {
    super('a record was refused');
  }
}

/** Records that are written together, no two of one place. */
class Batch<Item> {
  private readonly items = new Map<string, { readonly line: number; readonly item: Item }>();

  constructor(private readonly send: (items: readonly Item[]) => Promise<ImportCounts>) {}

  has(name: string): boolean {
    return this.items.has(name);
  }

  add(name: string, line: number, item: Item): void {
    this.items.set(name, { line, item });
  }

  /** @throws LineError naming the line of a conflict; whatever the store throws */
  async write(): Promise<ImportCounts> {
    const batch = [...this.items.values()];
    this.items.clear();
    if (batch.length === 0) return none();
    try {
      return await this.send(batch.map(({ item }) => item));
    } catch (error) {
      if (error instanceof ImportConflictError) throw new LineError(batch[error.index]?.line ?? 0, error);
      throw error;
    }
  }
}

type CountsTransfers = Pick<MemoryTelemetry, 'countTransferred'>;

async function* counted(input: AsyncIterable<Uint8Array>, telemetry: CountsTransfers): AsyncGenerator<Uint8Array> {
  for await (const bytes of input) {
    telemetry.countTransferred('import', 0, bytes.length);
    yield bytes;
  }
}

/** Passes progress on, and counts the records since the last. */
function counting(listener: ImportListener, telemetry: CountsTransfers): (progress: ImportProgress) => void {
  let before = 0;
  return (progress) => {
    telemetry.countTransferred('import', progress.records - before, 0);
    before = progress.records;
    listener.onProgress?.(progress);
  };
}

function isSuperseded(record: ReadRecord): boolean {
  return record.kind === 'memory' && (record.memory.validity?.supersededAtMs ?? null) !== null;
}

function none(): MutableCounts {
  return { imported: 0, replaced: 0, unchanged: 0, skipped: 0, versions: 0 };
}

function add(sum: MutableCounts, more: ImportCounts): void {
  sum.imported += more.imported;
  sum.replaced += more.replaced;
  sum.unchanged += more.unchanged;
  sum.skipped += more.skipped;
  sum.versions += more.versions;
}
