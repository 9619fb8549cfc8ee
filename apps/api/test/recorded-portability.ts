import {
  ExportService,
  ExportSource,
  ImportService,
  ImportTarget,
  NamespaceCopies,
  NamespaceCopyService,
  NamespaceRenameService,
  type CopyState,
  type ImportCounts,
  type ImportedLink,
  type ImportedMemory,
  type Namespace,
  type NamespaceStore,
  type RetentionPolicies,
  type SnapshotMemory,
} from '@sfm/memory';
import { OpenLock } from './recorded-namespaces.js';

/** Memories that are exported, and what is imported. */
export class RecordedPortability {
  readonly calls: string[] = [];
  exported: readonly SnapshotMemory[] = [];
  readonly imported: ImportedMemory[] = [];
  private readonly own = { source: new RecordedSource(this), target: new RecordedTarget(this) };
  readonly exports = new ExportService(this.own.source);

  /** Copies namespaces: what is exported, from whichever. */
  namespaceCopies(
    store: NamespaceStore,
    policies: RetentionPolicies,
    rules: ConstructorParameters<typeof ImportService>[1],
  ): NamespaceCopyService {
    const { source, target } = this.own;
    const embeddings = { space: 'none', dimension: 1 };
    const moves = { underWay: () => Promise.resolve(undefined) };
    const importances = { carry: () => Promise.resolve() };
    const own = { copies: new RecordedCopies(), lock: new OpenLock(), moves, importances };
    const places = { source, target, store, policies, embeddings, ...own };
    return new NamespaceCopyService(places, rules);
  }

  /** Renames namespaces, of which nothing is ever to be indexed. */
  namespaceRenames(
    places: Omit<ConstructorParameters<typeof NamespaceRenameService>[0], 'source' | 'lock' | 'pending'>,
  ): NamespaceRenameService {
    const pending = { count: () => Promise.resolve(0) };
    return new NamespaceRenameService({ ...places, source: this.own.source, lock: new OpenLock(), pending });
  }

  /** @param rules what memories must keep to */
  imports(rules: ConstructorParameters<typeof ImportService>[1]): ImportService {
    const normalizers = { apply: <Command>(commands: readonly Command[]) => Promise.resolve(commands) };
    return new ImportService({ target: this.own.target, lock: new OpenLock(), normalizers }, rules);
  }
}

class RecordedCopies extends NamespaceCopies {
  private readonly states = new Map<Namespace, CopyState>();

  async find(target: Namespace): Promise<CopyState | undefined> {
    return this.states.get(target);
  }

  async save(target: Namespace, state: CopyState): Promise<void> {
    this.states.set(target, state);
  }
}

class RecordedSource extends ExportSource {
  constructor(private readonly record: RecordedPortability) {
    super();
  }

  async position() {
    this.record.calls.push('position');
    return 7;
  }

  async memories(_: Namespace, { after }: { readonly after?: unknown }) {
    this.record.calls.push('memories');
    const { exported } = this.record;
    return after === undefined && exported.length > 0
      ? { memories: exported, next: { createdAtMs: Number.MAX_SAFE_INTEGER, id: 0 } }
      : { memories: [] };
  }

  async versions() {
    return [];
  }

  async links() {
    return { links: [] };
  }

  async memoryId() {
    return undefined;
  }

  async linkId() {
    return undefined;
  }
}

class RecordedTarget extends ImportTarget {
  constructor(private readonly record: RecordedPortability) {
    super();
  }

  async memories(_: Namespace, memories: readonly ImportedMemory[]): Promise<ImportCounts> {
    this.record.calls.push('import');
    this.record.imported.push(...memories);
    return { imported: memories.length, replaced: 0, unchanged: 0, skipped: 0, versions: 0 };
  }

  async settleSuperseded() {
    return 0;
  }

  async links(_: Namespace, links: readonly ImportedLink[]): Promise<ImportCounts> {
    return { imported: links.length, replaced: 0, unchanged: 0, skipped: 0, versions: 0 };
  }
}
