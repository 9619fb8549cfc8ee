import { VectorRebuild, type IndexChange, type IndexDraft, type Namespace } from '@sfm/memory';
import type { EmbeddedVectorIndex } from './embedded-vector-index.js';
import type { VectorNamespace } from './vector-namespace.js';

/** Rebuilds the vector index in this process: fills the draft in memory and swaps it in atomically. */
export class EmbeddedVectorRebuild extends VectorRebuild {
  readonly #unpublished = new Map<string, VectorNamespace>();

  constructor(private readonly index: EmbeddedVectorIndex) {
    super();
  }

  async begin(namespace: Namespace): Promise<IndexDraft> {
    this.#unpublished.get(namespace)?.close();
    const draft = this.index.draft();
    this.#unpublished.set(namespace, draft);
    return new EmbeddedDraft(this.index, namespace, draft, () => this.#forget(namespace, draft));
  }

  #forget(namespace: Namespace, draft: VectorNamespace): void {
    if (this.#unpublished.get(namespace) === draft) this.#unpublished.delete(namespace);
  }
}

class EmbeddedDraft implements IndexDraft {
  #replaced: VectorNamespace | undefined;

  constructor(
    private readonly index: EmbeddedVectorIndex,
    private readonly namespace: Namespace,
    private readonly draft: VectorNamespace,
    private readonly onDone: () => void,
  ) {}

  async apply(changes: readonly IndexChange[]): Promise<void> {
    await this.index.applyTo(this.draft, `${this.namespace}\ndraft`, changes);
  }

  async publish(): Promise<void> {
    this.onDone();
    this.#replaced = this.index.replace(this.namespace, this.draft);
  }

  async retireOld(): Promise<void> {
    this.#replaced?.close();
    this.#replaced = undefined;
  }

  async discard(): Promise<void> {
    this.onDone();
    this.draft.close();
  }
}
