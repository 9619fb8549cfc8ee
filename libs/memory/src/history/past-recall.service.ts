import { fitting } from '../attempts/smaller-parts.js';
import type { Embedder } from '../index-model/embedder.port.js';
import { toIndexPoint } from '../index-model/index-point-factory.js';
import { EMPTY_OVERLAY } from '../index-model/index-point.js';
import type { RecallIndexes } from '../index-model/recall-indexes.js';
import { curveOf } from '../importance/importance-curve.js';
import type { ImportanceStates } from '../importance/importance-states.port.js';
import { whileWanted } from '../attempts/bounded-wait.js';
import { throwIfEnded } from '../attempts/request-budget.js';
import { EmbedderUnavailableError, InvalidRequestError } from '../model/errors.js';
import type { MemoryFilter } from '../model/filter.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { ListPosition } from '../read/list-position.js';
import type { RecallRequest, RecallResult } from '../recall/contract/recall.types.js';
import { GraphLane } from '../recall/graph/graph-lane.js';
import { LexicalLane } from '../recall/lanes/lexical-lane.js';
import { VectorLane } from '../recall/lanes/vector-lane.js';
import { RecallService, type RecallOptions } from '../recall/recall.service.js';
import { SilentTelemetry } from '../telemetry/telemetry.port.js';
import { scalarField, searchedText } from '../text/searched-text.js';
import { LinksThen } from './links-then.js';
import type { PastLinks } from './past-links.port.js';
import type { PastReadService } from './past-reads.service.js';

/** Memories read at a time. */
const PAGE = 100;
/** Memories embedded and indexed at a time; other requests get their turn in between. */
const BATCH = 25;

export interface PastRecallOptions {
  readonly recall: RecallOptions;
  /** Most memories that one recall scores. @default 2000 */
  readonly maxMemories?: number;
  /** Most characters of searched text that one recall scores. @default 16 million */
  readonly maxCharacters?: number;
  /** Most changes of links that one recall reads; where there are more it follows none. @default 50,000 */
  readonly maxLinkChanges?: number;
  /** Most pages of the past that one recall looks through, matching or not. @default 50 */
  readonly maxPages?: number;
}

export interface PastRecallPlaces {
  readonly past: Pick<PastReadService, 'list'>;
  readonly links: PastLinks;
  readonly importances: Pick<ImportanceStates, 'asOf'>;
  /** Makes empty indexes that belong to the caller. */
  readonly openIndexes: () => RecallIndexes;
  readonly embedder: Embedder;
}

interface Bounds {
  readonly maxMemories: number;
  readonly maxCharacters: number;
  readonly maxPages: number;
  readonly maxLinkChanges: number;
}

/** Memories and their texts. */
type Searched = readonly { readonly memory: Memory; readonly text: string }[];

/**
 * Recalls as it would have been answered at a moment. The indexes hold what is, so what was is read from the ledger,
 * indexed for this one question, and scored exactly: the work is that of all memories of that moment, and bounded.
 */
export class PastRecallService {
  private readonly bounds: Bounds;
  /** Settles when the recall that came last is over. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly places: PastRecallPlaces,
    private readonly options: PastRecallOptions,
  ) {
    const { maxMemories = 2000, maxCharacters = 16_000_000, maxPages = 50, maxLinkChanges = 50_000 } = options;
    this.bounds = { maxMemories, maxCharacters, maxPages, maxLinkChanges };
  }

  /**
   * As `RecallService.recall`; one after the other, because each takes this process for a while. Words weigh by how often all memories of that moment had them or, where those are too
   * many, all that match the filter; links are followed between these.
   *
   * @throws UnknownMomentError; InvalidRequestError when too many memories match
   */
  async recall(namespace: Namespace, request: RecallRequest, at: Date): Promise<RecallResult> {
    const before = this.last;
    let leave: () => void = () => undefined;
    this.last = new Promise((resolve) => (leave = resolve));
    try {
      await whileWanted(before);
      return await this.answer(namespace, request, at);
    } finally {
      void before.then(leave);
    }
  }

  private async answer(namespace: Namespace, request: RecallRequest, at: Date): Promise<RecallResult> {
    const { filter } = request;
    const searched =
      (await this.read(namespace, undefined, at)) ?? (filter && (await this.read(namespace, filter, at)));
    if (!searched) throw new InvalidRequestError('filter', this.rule());
    const { ranking } = this.options.recall;
    const { lexical, vectors } = this.places.openIndexes();
    const memories = new Map<string, Memory>();
    for (let from = 0; from < searched.length; from += BATCH) {
      await this.index(namespace, searched.slice(from, from + BATCH), { lexical, vectors });
      for (const { memory } of searched.slice(from, from + BATCH)) memories.set(memory.key, memory);
    }
    const links = await this.places.links.among(namespace, [...memories.keys()], {
      at,
      most: this.bounds.maxLinkChanges,
    });
    const recaller = new RecallService(
      [
        new LexicalLane(lexical, ranking),
        new VectorLane(vectors, this.places.embedder),
        new GraphLane(new LinksThen(links)),
      ],
      lexical,
      { read: () => Promise.resolve(EMPTY_OVERLAY) },
      { findByKeys: (_, keys) => Promise.resolve(keys.flatMap((key) => memories.get(key) ?? [])) },
      new SilentTelemetry(),
      { ...this.options.recall, ...(request.importance ? await this.comparing(namespace, at) : {}) },
    );
    return recaller.recall(namespace, request, at);
  }

  /** How importances compared then. Where that is not kept, each memory says of itself what held when it was written. */
  private async comparing(namespace: Namespace, at: Date): Promise<Pick<RecallOptions, 'importances'>> {
    const basis = await this.places.importances.asOf(namespace, at);
    if (!basis) return {};
    const curve = curveOf(basis);
    return { importances: { scaleOf: () => Promise.resolve(curve) } };
  }

  /** Returns all memories of the moment that match; undefined when they are more than the bounds allow. */
  private async read(namespace: Namespace, filter: MemoryFilter | undefined, at: Date): Promise<Searched | undefined> {
    const { maxMemories, maxCharacters, maxPages } = this.bounds;
    const found: { readonly memory: Memory; readonly text: string }[] = [];
    let characters = 0;
    let after: ListPosition | undefined;
    for (let pages = 1; ; pages += 1) {
      throwIfEnded();
      // Also what is not valid: words weigh by how often all memories had them.
      const query = {
        validity: 'any' as const,
        ...(filter ? { filter } : {}),
        ...(after ? { after } : {}),
      };
      const { memories, next } = await fitting(PAGE, (limit) =>
        this.places.past.list(namespace, { ...query, limit }, at),
      );
      for (const memory of memories) {
        const text = searchedText(memory.payload, this.options.recall.fields.text);
        characters += text.length;
        found.push({ memory, text });
      }
      if (found.length > maxMemories || characters > maxCharacters) return undefined;
      if (next === undefined) return found;
      if (pages >= maxPages) return undefined;
      after = next;
    }
  }

  private async index(namespace: Namespace, searched: Searched, { lexical, vectors }: RecallIndexes): Promise<void> {
    throwIfEnded();
    const embedded = await this.embed(searched.map(({ text }) => text));
    const changes = searched.map(({ memory, text }, index) => {
      const session = scalarField(memory.payload, this.options.recall.fields.session);
      const point = toIndexPoint(memory, { searchedText: text, session }, embedded[index] ?? null);
      return { kind: 'upsert', point } as const;
    });
    await lexical.apply(namespace, changes);
    await vectors.apply(namespace, changes);
  }

  /** Without the embedder, the vector lane cannot answer either, and recall says so. */
  private async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    try {
      return await this.places.embedder.embed(texts);
    } catch (error) {
      if (error instanceof EmbedderUnavailableError) return [];
      throw error;
    }
  }

  private rule(): string {
    return (
      `must leave at most ${this.bounds.maxMemories} memories (and ${this.bounds.maxCharacters} characters of their ` +
      'texts) of that moment: a recall of the past scores each of them; narrow it, also by type or time of creation'
    );
  }
}
