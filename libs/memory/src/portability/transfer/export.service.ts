import { Bulkhead } from '../../attempts/bulkhead.js';
import { withinTime } from '../../attempts/within-time.js';
import { RateLimitExceededError, UnknownCursorError } from '../../model/errors.js';
import type { Namespace } from '../../model/namespace.js';
import type { ListPosition } from '../../read/list-position.js';
import { SilentTelemetry, type MemoryTelemetry, type TransferOutcome } from '../../telemetry/telemetry.port.js';
import { LineChain } from '../file/line-chain.js';
import {
  checkpointLine,
  endLine,
  headerLine,
  linkLine,
  memoryLine,
  versionLine,
  type ExportExtra,
  type RecordCounts,
} from '../file/record-lines.js';
import type { ExportSource, LinkPlace } from '../ports/export-source.port.js';
import { readCheckpoint, writeCheckpoint, type Checkpoint, type ExportPlace } from './export-place.js';

/** A part of a file ends with the record that reaches one of these. */
export const PART_RECORDS = 1000;
export const PART_BYTES = 4 * 1024 * 1024;
/** Parts that a process writes at once; exports whose readers are slow take no place meanwhile. */
const PARTS_AT_ONCE = 2;
/** Exports under way at once: each keeps a part or two in memory, however slowly it is read. */
const EXPORTS_AT_ONCE = 8;
/** How long another one waits for its turn, and after how many seconds its caller may try again. */
const LONGEST_WAIT_MS = 30_000;
const RETRY_AFTER_SECONDS = 10;

export interface ExportRequest {
  readonly include: readonly ExportExtra[];
  /** Position of an export that is to go on; now when omitted. */
  readonly position?: number;
  /** `after` of a checkpoint of the same export: goes on behind it; from the beginning when omitted. */
  readonly after?: string;
}

/** An export, nothing of which is read before it is asked for. */
export interface RunningExport {
  /** Of the snapshot. */
  readonly position: number;
  /**
   * The text of the file, in parts of a few megabytes. Nothing is held open between them: whoever reads slowly costs a part of
   * memory, whoever stops reading nothing.
   *
   * @throws RateLimitExceededError when too many exports are under way; UnknownCursorError when `after` is of no checkpoint,
   * or what it names is gone; StoreUnavailableError
   */
  readonly parts: AsyncGenerator<string>;
}

type PlacedRequest = ExportRequest & Required<Pick<ExportRequest, 'position'>>;

/** Lines that belong together, and where they leave the export. */
interface Group {
  readonly text: string;
  readonly counts: RecordCounts;
  readonly place: ExportPlace;
}

/** A part of the file, and how many records it has. */
interface WrittenPart {
  readonly text: string;
  readonly records: number;
}

/** Where to begin; a place of neither kind is before it. */
interface Start {
  readonly memory?: ListPosition;
  readonly link?: LinkPlace;
  readonly isInLinks: boolean;
}

/**
 * Writes a namespace down as it was at one position, while others write: memories in order of their creation, each behind
 * its earlier versions if they are wanted, then links. The same memories give the same bytes, wherever they are.
 */
export class ExportService {
  private readonly places = new Bulkhead(EXPORTS_AT_ONCE);
  private readonly turns = new Bulkhead(PARTS_AT_ONCE);

  constructor(
    private readonly source: ExportSource,
    private readonly telemetry: Pick<MemoryTelemetry, 'countTransferred' | 'observeTransfer'> = new SilentTelemetry(),
  ) {}

  /** Begins an export, or goes on with one. @throws StoreUnavailableError */
  async export(namespace: Namespace, request: ExportRequest): Promise<RunningExport> {
    const position = request.position ?? (await this.source.position());
    return { position, parts: this.measured(this.parts(namespace, { ...request, position })) };
  }

  private async *measured(parts: AsyncGenerator<WrittenPart>): AsyncGenerator<string> {
    const startMs = performance.now();
    let outcome: TransferOutcome = 'abandoned';
    const leave = await this.place();
    try {
      for (;;) {
        const next = await this.turns.run(() => parts.next());
        if (next.done === true) break;
        const { text, records } = next.value;
        this.telemetry.countTransferred('export', records, Buffer.byteLength(text));
        yield text;
      }
      outcome = 'complete';
    } catch (error) {
      outcome = 'failed';
      throw error;
    } finally {
      leave();
      this.telemetry.observeTransfer('export', outcome, performance.now() - startMs);
    }
  }

  /** Returns how to give it back. @throws RateLimitExceededError */
  private async place(): Promise<() => void> {
    const leave = await withinTime(LONGEST_WAIT_MS, () => this.places.enter());
    if (leave === undefined) throw new RateLimitExceededError(RETRY_AFTER_SECONDS);
    return leave;
  }

  private async *parts(namespace: Namespace, request: PlacedRequest): AsyncGenerator<WrittenPart> {
    const resumed = request.after === undefined ? undefined : readCheckpoint(request.after);
    const start = await this.startOf(namespace, resumed);
    const part = new Part(resumed, resumed ? '' : headerLine(request.include));
    for await (const group of this.groups(namespace, request, start)) {
      part.add(group);
      if (part.isFull) yield part.close();
    }
    yield part.end();
  }

  private async startOf(namespace: Namespace, resumed: Checkpoint | undefined): Promise<Start> {
    if (!resumed) return { isInLinks: false };
    const { place } = resumed;
    if (place.phase === 'memories') {
      const id = await this.source.memoryId(namespace, place.key);
      if (id !== undefined) return { isInLinks: false, memory: { createdAtMs: place.createdAtMs, id } };
    } else {
      const id = await this.source.linkId(namespace, place);
      if (id !== undefined) return { isInLinks: true, link: { fromKey: place.fromKey, id } };
    }
    throw new UnknownCursorError('after', 'names what is gone meanwhile; begin another export');
  }

  private async *groups(namespace: Namespace, request: PlacedRequest, start: Start): AsyncGenerator<Group> {
    if (!start.isInLinks) yield* this.memories(namespace, request, start.memory);
    yield* this.links(namespace, request, start.link);
  }

  private async *memories(
    namespace: Namespace,
    { position, include }: PlacedRequest,
    from: ListPosition | undefined,
  ): AsyncGenerator<Group> {
    let after = from;
    do {
      const page = await this.source.memories(namespace, {
        position,
        now: new Date(),
        withVectors: include.includes('vectors'),
        ...(after ? { after } : {}),
      });
      for (const memory of page.memories) {
        const { key, coordinate, version, createdVersion, createdAt } = memory;
        const hasPast = include.includes('history') && version > createdVersion;
        const earlier = hasPast
          ? await this.source.versions(namespace, { key, position, from: createdVersion, below: version })
          : [];
        // The first that is told begins the history, whatever came before it.
        const told = earlier.map((one, index) =>
          versionLine(coordinate, index === 0 ? { ...one, change: 'created' } : one),
        );
        yield {
          text: told.join('') + memoryLine(memory),
          counts: { memories: 1, versions: told.length, links: 0 },
          place: { phase: 'memories', key, createdAtMs: createdAt.getTime() },
        };
      }
      after = page.next;
    } while (after);
  }

  private async *links(
    namespace: Namespace,
    { position }: PlacedRequest,
    from: LinkPlace | undefined,
  ): AsyncGenerator<Group> {
    let after = from;
    do {
      const page = await this.source.links(namespace, { position, now: new Date(), ...(after ? { after } : {}) });
      for (const link of page.links) {
        yield {
          text: linkLine(link),
          counts: { memories: 0, versions: 0, links: 1 },
          place: { phase: 'links', fromKey: link.from.key, type: link.type, toKey: link.to.key },
        };
      }
      after = page.next;
    } while (after);
  }
}

/** The part of the file that is being written. */
class Part {
  private readonly chain: LineChain;
  private readonly texts: string[] = [];
  private counts: RecordCounts;
  private place: ExportPlace | undefined;
  private records = 0;
  private bytes = 0;

  constructor(resumed: Checkpoint | undefined, header: string) {
    this.chain = new LineChain(resumed?.sha256);
    this.counts = resumed?.counts ?? { memories: 0, versions: 0, links: 0 };
    if (header !== '') this.write(header);
  }

  get isFull(): boolean {
    return this.records >= PART_RECORDS || this.bytes >= PART_BYTES;
  }

  add({ text, counts, place }: Group): void {
    this.write(text);
    this.counts = {
      memories: this.counts.memories + counts.memories,
      versions: this.counts.versions + counts.versions,
      links: this.counts.links + counts.links,
    };
    this.records += counts.memories + counts.versions + counts.links;
    this.place = place;
  }

  /** Returns its text with a checkpoint, and begins the next one. */
  close(): WrittenPart {
    const { counts, place } = this;
    if (!place) throw new Error('a part without a record has no checkpoint');
    const sha256 = this.chain.close();
    return this.take(checkpointLine(counts, sha256, writeCheckpoint({ place, counts, sha256 })));
  }

  end(): WrittenPart {
    return this.take(endLine(this.counts, this.chain.close()));
  }

  private write(text: string): void {
    this.texts.push(text);
    this.chain.add(text);
    // Not bytes for certain, and the same for the same records.
    this.bytes += text.length;
  }

  private take(last: string): WrittenPart {
    const { records } = this;
    const text = this.texts.splice(0).join('') + last;
    this.records = 0;
    this.bytes = 0;
    return { text, records };
  }
}
