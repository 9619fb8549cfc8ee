import { LRUCache } from 'lru-cache';
import { whileWanted } from '../attempts/bounded-wait.js';
import { withoutBudget } from '../attempts/request-budget.js';
import type { ImportanceHistory } from './importance-history.port.js';
import { ImportanceNormalizer } from './importance-normalizer.js';
import type { WriteCommand } from './memory-writer.port.js';
import type { Namespace } from '../model/namespace.js';

/** Number of raw importances that seed a namespace's normalisation after a restart. */
const SEED_IMPORTANCES = 512;

/** Namespaces whose recent values are kept, 8 kB each; others are seeded again. */
const MAX_NAMESPACES = 1000;

/** Normalises the importances of writes, based on recent values of their namespaces. */
export class ImportanceNormalizers {
  private readonly normalizers: LRUCache<Namespace, Promise<ImportanceNormalizer>>;

  constructor(
    private readonly history: ImportanceHistory,
    maxNamespaces = MAX_NAMESPACES,
  ) {
    this.normalizers = new LRUCache({ max: maxNamespaces });
  }

  /** Returns the commands in order with `importanceNorm` filled in; those without importance are unchanged. */
  async apply<Command extends Pick<WriteCommand, 'namespace' | 'importance' | 'importanceNorm'>>(
    commands: readonly Command[],
  ): Promise<readonly Command[]> {
    if (commands.every(({ importance }) => importance === null)) return commands;
    const namespaces = [...new Set(commands.map(({ namespace }) => namespace))];
    const normalizers = new Map(
      await Promise.all(
        namespaces.map(async (namespace) => [namespace, await whileWanted(this.of(namespace))] as const),
      ),
    );
    return commands.map((command) => {
      const importanceNorm =
        command.importance === null ? 0 : normalizers.get(command.namespace)?.normalize(command.importance);
      return { ...command, importanceNorm: importanceNorm ?? 0 };
    });
  }

  private of(namespace: Namespace): Promise<ImportanceNormalizer> {
    const known = this.normalizers.get(namespace);
    if (known) return known;
    // Others wait for it too, so it is on nobody's budget.
    const seeded = withoutBudget(() => this.history.recentImportances(namespace, SEED_IMPORTANCES)).then((values) => {
      const normalizer = new ImportanceNormalizer();
      for (const value of values) normalizer.normalize(value);
      return normalizer;
    });
    this.normalizers.set(namespace, seeded);
    seeded.catch(() => {
      if (this.normalizers.peek(namespace) === seeded) this.normalizers.delete(namespace);
    });
    return seeded;
  }
}
