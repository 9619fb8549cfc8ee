import { setTimeout as delay } from 'node:timers/promises';
import { Bulkhead } from '../attempts/bulkhead.js';
import {
  NamespaceCheck,
  type CheckedNamespace,
  type CheckedPlaces,
  type CheckResult,
  type Repairable,
} from './namespace-check.js';
import type { NamespaceLock } from './ports/namespace-lock.port.js';
import { NamespaceRepair, type RepairedPlaces } from './namespace-repair.js';
import { DEFAULT_RECHECK, type RecheckOptions } from './point-comparison.js';
import type {
  Difference,
  DifferenceKind,
  NamespaceTotals,
  VerifyListener,
  VerifyReport,
  VerifyRequest,
} from './verify.types.js';
import type { Namespace } from '../model/namespace.js';

/** The stores that verification reads and repair changes. */
export interface VerifiedPlaces extends CheckedPlaces, RepairedPlaces {
  readonly truth: CheckedPlaces['truth'];
  readonly points: CheckedPlaces['points'];
  readonly tables: RepairedPlaces['tables'];
  readonly lock: NamespaceLock;
}

export interface VerifyOptions {
  readonly recheck?: RecheckOptions;
  /** Waits for the pause between two checks. */
  readonly wait?: (ms: number) => Promise<void>;
}

type Run = 'first' | 'after repair';

interface Outcome {
  readonly result: CheckResult;
  readonly differences: ReadonlyMap<DifferenceKind, number>;
  readonly repaired: number;
}

/** Namespaces that a process compares at once: what is compared is in memory, and may be large. */
const CHECKED_AT_ONCE = 1;

/** Verifies that truth, ledger, vector index and links agree, while traffic continues, and repairs derived data. */
export class VerifyService {
  private readonly turns = new Bulkhead(CHECKED_AT_ONCE);

  constructor(
    private readonly places: VerifiedPlaces,
    private readonly options: VerifyOptions = {},
  ) {}

  /**
   * Compares namespace by namespace. With `repair`, derived data that differs is rebuilt, what is not indexed yet is
   * indexed, and the namespace compared again; other differences are only reported.
   *
   * @throws StoreUnavailableError or IndexUnavailableError when something cannot be read; NamespaceBusyError when
   * another process is rebuilding a namespace that needs repair; the signal's reason when that aborts.
   */
  async verify(request: VerifyRequest, listener: VerifyListener = {}): Promise<VerifyReport> {
    const totals: NamespaceTotals[] = [];
    const differences = new Map<DifferenceKind, number>();
    let repaired = 0;
    for (const namespace of await this.namespaces(request, listener)) {
      const outcome = await this.turns.run(() => this.verifyNamespace(namespace, request, listener));
      totals.push(outcome.result.totals);
      repaired += outcome.repaired;
      for (const [kind, count] of outcome.differences) differences.set(kind, (differences.get(kind) ?? 0) + count);
    }
    return {
      agrees: differences.size === 0,
      namespaces: totals,
      differences: Object.fromEntries(differences),
      repaired: request.repair ? repaired : null,
    };
  }

  private async namespaces(request: VerifyRequest, listener: VerifyListener): Promise<readonly CheckedNamespace[]> {
    const known = await this.places.truth.namespaces();
    if (!request.namespaces) return known;
    return [...new Set(request.namespaces)].map((name) => {
      const found = known.find((namespace) => namespace.name === name);
      if (!found) listener.onNote?.(`namespace ${name}: the truth does not know it`);
      return found ?? { name, isRegistered: true };
    });
  }

  private async verifyNamespace(
    namespace: CheckedNamespace,
    request: VerifyRequest,
    listener: VerifyListener,
  ): Promise<Outcome> {
    const first = await this.check(namespace, request, { listener, run: 'first' });
    if (!request.repair || isNothingToRepair(first.result.repairable)) return { ...first, repaired: 0 };
    await this.repair(namespace.name, first.result, { request, listener });
    const again = await this.check({ ...namespace, isRegistered: true }, request, { listener, run: 'after repair' });
    return { ...again, repaired: Math.max(0, first.repairable - again.repairable) };
  }

  private async check(
    namespace: CheckedNamespace,
    { maxPendingSeconds, signal }: VerifyRequest,
    { listener, run }: { readonly listener: VerifyListener; readonly run: Run },
  ) {
    const differences = new Map<DifferenceKind, number>();
    let repairable = 0;
    const onDifference = (difference: Difference) => {
      differences.set(difference.kind, (differences.get(difference.kind) ?? 0) + 1);
      if (difference.isRepairable) repairable += 1;
      listener.onDifference?.(difference, run);
    };
    const check = new NamespaceCheck(namespace, this.places, {
      maxPendingSeconds,
      recheck: this.options.recheck ?? DEFAULT_RECHECK,
      wait: this.options.wait ?? (async (ms) => void (await delay(ms, undefined, { signal }))),
      signal,
      onProgress: (progress) => listener.onProgress?.(progress),
      onDifference,
      onNote: (note) => run === 'first' && listener.onNote?.(note),
      whenRead: async () => listener.whenRead?.(),
    });
    return { result: await check.run(), differences, repairable };
  }

  private repair(
    namespace: Namespace,
    { repairable }: CheckResult,
    { request, listener }: { readonly request: VerifyRequest; readonly listener: VerifyListener },
  ): Promise<void> {
    return this.places.lock.hold(namespace, (lost) =>
      new NamespaceRepair(this.places).run(namespace, repairable, {
        signal: request.signal ? AbortSignal.any([request.signal, lost]) : lost,
        onProgress: (done, total) => listener.onProgress?.({ phase: 'repairing', namespace, done, total }),
        onNote: (note) => listener.onNote?.(note),
      }),
    );
  }
}

function isNothingToRepair({ pointKeys, pendingKeys, textKeys, links, isUnregistered }: Repairable): boolean {
  return [pointKeys, pendingKeys, textKeys, links].every(({ length }) => length === 0) && !isUnregistered;
}
