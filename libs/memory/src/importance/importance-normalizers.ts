import { LRUCache } from 'lru-cache';
import { whileWanted } from '../attempts/bounded-wait.js';
import { withoutBudget } from '../attempts/request-budget.js';
import type { Namespace } from '../model/namespace.js';
import { withinNamespaces } from '../model/namespace-scope.js';
import { ImportanceScale, rawImportance } from './importance-scale.js';
import type { ImportanceStates } from './importance-states.port.js';

/** After this time a scale is read again: then it knows what other processes have committed. */
const FRESH_MS = 1000;

/** Namespaces whose scales are kept, 5 kB each; others are read again. */
const MAX_NAMESPACES = 1000;

export interface ImportanceNormalizersOptions {
  readonly maxNamespaces?: number;
  /** Called when samples could not be counted; they wait for the next to come. @default nobody is told */
  readonly onBackgroundError?: (error: unknown) => void;
  /** Milliseconds that only grow. */
  readonly clock?: () => number;
}

interface Weighed {
  readonly namespace: Namespace;
  readonly importance: number | null;
  readonly importanceNorm: number;
}

interface Known {
  readonly scale: ImportanceScale;
  readonly readAtMs: number;
}

/**
 * Normalises importances by what is known of their namespaces: what all processes had committed a second ago at the latest,
 * and what this one has been given since.
 */
export class ImportanceNormalizers {
  private readonly known: LRUCache<Namespace, Known>;
  private readonly readings = new Map<Namespace, Promise<ImportanceScale>>();
  private readonly onBackgroundError: (error: unknown) => void;
  private readonly clock: () => number;

  constructor(
    private readonly states: Pick<ImportanceStates, 'read' | 'count'>,
    options: ImportanceNormalizersOptions = {},
  ) {
    this.known = new LRUCache({ max: options.maxNamespaces ?? MAX_NAMESPACES });
    this.onBackgroundError = options.onBackgroundError ?? (() => undefined);
    this.clock = options.clock ?? (() => performance.now());
  }

  /** Returns the commands in order with `importanceNorm` filled in. @throws StoreUnavailableError */
  async apply<Command extends Weighed>(commands: readonly Command[]): Promise<readonly Command[]> {
    const namespaces = new Set(commands.map(({ namespace }) => namespace));
    const scales = new Map<Namespace, ImportanceScale>();
    for (const namespace of namespaces) scales.set(namespace, this.fresh(namespace) ?? (await this.read(namespace)));
    return commands.map((command) => {
      const raw = rawImportance(command.importance);
      const scale = scales.get(command.namespace);
      scale?.sample(raw);
      return { ...command, importanceNorm: scale?.norm(raw) ?? 0 };
    });
  }

  /**
   * Returns how importances compare now. It may lack what others have committed since this process last asked.
   *
   * @throws StoreUnavailableError
   */
  async scaleOf(namespace: Namespace): Promise<Pick<ImportanceScale, 'norm'>> {
    const fresh = this.fresh(namespace);
    if (fresh) return fresh;
    const known = this.known.get(namespace);
    const reading = this.read(namespace);
    if (!known) return reading;
    reading.catch(this.onBackgroundError);
    return known.scale;
  }

  private fresh(namespace: Namespace): ImportanceScale | undefined {
    const known = this.known.get(namespace);
    return known && this.clock() - known.readAtMs < FRESH_MS ? known.scale : undefined;
  }

  private read(namespace: Namespace): Promise<ImportanceScale> {
    let reading = this.readings.get(namespace);
    if (!reading) {
      // Others wait for it too, so it is on nobody's budget.
      reading = withoutBudget(() => withinNamespaces([namespace], () => this.readNow(namespace))).finally(() =>
        this.readings.delete(namespace),
      );
      this.readings.set(namespace, reading);
    }
    return whileWanted(reading);
  }

  private async readNow(namespace: Namespace): Promise<ImportanceScale> {
    const readAtMs = this.clock();
    const { state, isLong } = await this.states.read(namespace);
    const scale = new ImportanceScale(state);
    this.known.set(namespace, { scale, readAtMs });
    if (isLong) void this.states.count(namespace).catch(this.onBackgroundError);
    return scale;
  }
}
