import { NamespaceMoves, type Namespace, type NamespaceMove } from '@sfm/memory';
import type { InMemoryLinks } from '@sfm/memory/testing';
import type { RecordedTruth } from './recorded-ports.js';

/** Moves the memories and links of a recorded truth, all at once when they are handed over. */
export class RecordedMoves extends NamespaceMoves {
  private readonly moves = new Map<Namespace, NamespaceMove>();

  constructor(
    private readonly truth: RecordedTruth,
    private readonly links: InMemoryLinks,
  ) {
    super();
  }

  async find(source: Namespace): Promise<NamespaceMove | undefined> {
    return this.moves.get(source);
  }

  async underWay(namespace: Namespace): Promise<NamespaceMove | undefined> {
    const all = [...this.moves.values()].filter(({ phase }) => phase !== 'done');
    return all.find(({ source, target }) => source === namespace || target === namespace);
  }

  async begin(source: Namespace, target: Namespace): Promise<NamespaceMove> {
    this.truth.note('begin', source);
    return this.keep({ id: source, source, target, phase: 'following', memories: 0, links: 0, movedAt: null });
  }

  async copy(move: NamespaceMove): Promise<NamespaceMove> {
    return move;
  }

  async follow(): Promise<number> {
    return 0;
  }

  async close(move: NamespaceMove): Promise<NamespaceMove> {
    return this.keep({ ...move, phase: 'closed' });
  }

  async compare({ source }: NamespaceMove): Promise<Pick<NamespaceMove, 'memories' | 'links'>> {
    const links = this.links.links.filter(({ namespace }) => namespace === source);
    return { memories: this.truth.of(source).length, links: links.length };
  }

  async handOver(
    move: NamespaceMove,
    counts: Pick<NamespaceMove, 'memories' | 'links'>,
  ): Promise<NamespaceMove | undefined> {
    const { source, target: namespace } = move;
    for (const memory of this.truth.of(source)) {
      this.truth.memories.delete(`${source}/${memory.key}`);
      this.truth.memories.set(`${namespace}/${memory.key}`, { ...memory, namespace });
    }
    this.links.links = this.links.links.map((link) => (link.namespace === source ? { ...link, namespace } : link));
    return this.keep({ ...move, ...counts, phase: 'moved', movedAt: new Date() });
  }

  async finish(move: NamespaceMove): Promise<NamespaceMove> {
    return this.keep({ ...move, phase: 'done' });
  }

  private keep(move: NamespaceMove): NamespaceMove {
    this.moves.set(move.source, move);
    return move;
  }
}
