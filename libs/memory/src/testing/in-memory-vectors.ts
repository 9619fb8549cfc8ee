import { IndexUnusableError } from '../model/errors.js';
import { Embedder } from '../index-model/embedder.port.js';
import type { IndexChange, IndexPoint } from '../index-model/index-point.js';
import { PointAudit, type HeldPoint } from '../verify/ports/point-audit.port.js';
import { pointDigest } from '../verify/digests/point-digest.js';
import { VectorRebuild, type IndexDraft } from '../verify/ports/vector-rebuild.port.js';
import type { Namespace } from '../model/namespace.js';

type StoredPoint = Omit<HeldPoint, 'key'>;

function toStored({ version, type, payload, vector, id, createdAtMs, expiresAtMs, validity }: IndexPoint): StoredPoint {
  const times = validity && { validity };
  return { version, digest: pointDigest(type, payload), vector, id, createdAtMs, expiresAtMs, ...times };
}

/** One vector index: the points it holds, and versions of removed ones. */
export class StoredPoints {
  readonly points = new Map<string, StoredPoint[]>();
  readonly removed = new Map<string, number>();

  apply(changes: readonly IndexChange[]): void {
    for (const change of changes) {
      const key = change.kind === 'upsert' ? change.point.key : change.key;
      const version = change.kind === 'upsert' ? change.point.version : change.version;
      const held = Math.max(this.removed.get(key) ?? 0, ...(this.points.get(key) ?? []).map((point) => point.version));
      if (version <= held) continue;
      this.points.delete(key);
      if (change.kind === 'remove') this.removed.set(key, version);
      else this.points.set(key, [toStored(change.point)]);
    }
  }

  versions(): Record<string, number[]> {
    return Object.fromEntries([...this.points].map(([key, held]) => [key, held.map(({ version }) => version)]));
  }
}

/** Vector indexes in memory, one per namespace, that can be audited and replaced. */
export class InMemoryVectors {
  readonly indexes = new Map<string, StoredPoints>();
  readonly drafts = new Map<string, StoredPoints>();
  readonly old = new Map<string, StoredPoints>();
  /** Called when a draft is about to take the place of the searched index, and just after it has. */
  beforePublish: () => void | Promise<void> = () => {};
  afterPublish: () => void | Promise<void> = () => {};

  of(namespace: Namespace): StoredPoints {
    const known = this.indexes.get(namespace) ?? new StoredPoints();
    this.indexes.set(namespace, known);
    return known;
  }

  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    this.of(namespace).apply(changes);
  }
}

export class InMemoryPointAudit extends PointAudit {
  constructor(private readonly vectors: InMemoryVectors) {
    super();
  }

  /** The namespaces whose index is of another embedding space. */
  readonly unusable = new Set<Namespace>();

  async *scan(namespace: Namespace) {
    if (this.unusable.has(namespace)) throw new IndexUnusableError(`the vectors of ${namespace} are of another space`);
    const all = heldIn(this.vectors.of(namespace));
    for (let from = 0; from < all.length; from += 2) yield all.slice(from, from + 2);
  }

  async held(namespace: Namespace, keys: readonly string[]) {
    return heldIn(this.vectors.of(namespace)).filter(({ key }) => keys.includes(key));
  }

  async evict(namespace: Namespace, keys: readonly string[]) {
    for (const key of keys) {
      this.vectors.of(namespace).points.delete(key);
      this.vectors.of(namespace).removed.delete(key);
    }
  }
}

export class InMemoryVectorRebuild extends VectorRebuild {
  constructor(private readonly vectors: InMemoryVectors) {
    super();
  }

  async begin(namespace: Namespace): Promise<IndexDraft> {
    const { indexes, drafts, old } = this.vectors;
    const draft = new StoredPoints();
    old.delete(namespace);
    drafts.set(namespace, draft);
    return {
      apply: async (changes) => draft.apply(changes),
      publish: async () => {
        await this.vectors.beforePublish();
        old.set(namespace, this.vectors.of(namespace));
        indexes.set(namespace, draft);
        drafts.delete(namespace);
        await this.vectors.afterPublish();
      },
      retireOld: async () => void old.delete(namespace),
      discard: async () => void drafts.delete(namespace),
    };
  }
}

/** Vectors of a chosen space that say nothing about the text. */
export class FixedEmbedder extends Embedder {
  embedded = 0;

  constructor(
    readonly space = 'space-a',
    readonly dimension = 2,
  ) {
    super();
  }

  async embed(texts: readonly string[]) {
    this.embedded += texts.length;
    return texts.map(() => Float32Array.from({ length: this.dimension }, (_, index) => (index === 0 ? 1 : 0)));
  }
}

function heldIn(stored: StoredPoints): HeldPoint[] {
  return [...stored.points].flatMap(([key, held]) => held.map((point) => ({ key, ...point })));
}
