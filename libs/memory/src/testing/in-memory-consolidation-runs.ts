import {
  ConsolidationRuns,
  type ConsolidationRun,
  type PlannedItem,
  type RunItem,
  type RunRequest,
  type RunsPage,
  type RunTotals,
} from '../consolidation/consolidation-runs.port.js';
import type { Namespace } from '../model/namespace.js';

type Kept = ConsolidationRun & { readonly fingerprint: string };

/** Keeps consolidations in memory, for tests of what stands above the port. */
export class InMemoryConsolidationRuns extends ConsolidationRuns {
  private readonly runs: Kept[] = [];
  private readonly itemsOf = new Map<string, RunItem[]>();
  private last = 0;

  async begin(
    namespace: Namespace,
    { id, fingerprint, request }: { readonly id: string; readonly fingerprint: string; readonly request: RunRequest },
  ): Promise<ConsolidationRun> {
    const interrupted = this.runs.find(
      (run) => run.namespace === namespace && run.state === 'running' && run.fingerprint === fingerprint,
    );
    if (interrupted) return shown(interrupted);
    this.last += 1;
    const times = { startedAt: new Date(), endedAt: null };
    const run: Kept = {
      id,
      namespace,
      number: this.last,
      state: 'running',
      request,
      ...times,
      totals: null,
      fingerprint,
    };
    this.runs.push(run);
    this.itemsOf.set(id, []);
    const own = this.runs.filter((one) => one.namespace === namespace);
    for (const old of own.slice(0, -1000)) this.runs.splice(this.runs.indexOf(old), 1);
    return shown(run);
  }

  async plan(_: Namespace, id: string, items: readonly PlannedItem[]): Promise<void> {
    for (const item of items) {
      const known = this.itemsOf.get(id)?.find(({ key }) => key === item.key);
      if (known) this.change(id, item.key, { contentHash: item.contentHash });
      else this.itemsOf.get(id)?.push({ ...item, version: null, outcome: 'planned' });
    }
  }

  async made(
    _: Namespace,
    id: string,
    { key, version }: { readonly key: string; readonly version: number },
  ): Promise<void> {
    this.change(id, key, { version, outcome: 'made' });
  }

  async finish(namespace: Namespace, id: string, totals: RunTotals): Promise<ConsolidationRun> {
    const made = (this.itemsOf.get(id) ?? []).filter(({ outcome }) => outcome !== 'planned');
    this.itemsOf.set(id, made);
    return this.changeRun(namespace, id, { state: 'done', endedAt: new Date(), totals });
  }

  async settled(
    _: Namespace,
    id: string,
    { key, outcome }: { readonly key: string; readonly outcome: 'undone' | 'left' },
  ): Promise<void> {
    this.change(id, key, { outcome });
  }

  async undone(namespace: Namespace, id: string): Promise<ConsolidationRun> {
    return this.changeRun(namespace, id, { state: 'undone' });
  }

  async find(namespace: Namespace, id: string): Promise<ConsolidationRun | undefined> {
    const run = this.runs.find((one) => one.namespace === namespace && one.id === id);
    return run && shown(run);
  }

  async items(_: Namespace, id: string): Promise<readonly RunItem[]> {
    return [...(this.itemsOf.get(id) ?? [])].sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async page(
    namespace: Namespace,
    { before = Infinity, limit }: { readonly before?: number; readonly limit: number },
  ): Promise<RunsPage> {
    const found = this.runs.filter((run) => run.namespace === namespace && run.number < before).reverse();
    const runs = found.slice(0, limit).map(shown);
    const last = runs.at(-1);
    return { runs, ...(found.length > limit && last ? { next: last.number } : {}) };
  }

  private change(id: string, key: string, changes: Partial<RunItem>): void {
    const items = this.itemsOf.get(id) ?? [];
    this.itemsOf.set(
      id,
      items.map((item) => (item.key === key ? { ...item, ...changes } : item)),
    );
  }

  private changeRun(namespace: Namespace, id: string, changes: Partial<Kept>): ConsolidationRun {
    const index = this.runs.findIndex((run) => run.namespace === namespace && run.id === id);
    const run = this.runs[index];
    if (!run) throw new Error(`no run ${id}`);
    const changed = { ...run, ...changes };
    this.runs[index] = changed;
    return shown(changed);
  }
}

function shown({ fingerprint: _, ...run }: Kept): ConsolidationRun {
  return run;
}
