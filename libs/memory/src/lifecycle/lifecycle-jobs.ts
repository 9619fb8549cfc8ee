import { v7 as uuidv7 } from 'uuid';
import type { ExpiredMemories } from '../forget/expired-memories.port.js';
import type { Namespace } from '../model/namespace.js';
import type { CapWatch } from './cap-watch.js';
import type { DecayWork } from './decay-work.js';
import type { HeldLease } from './held-lease.js';
import type { Pace } from './pace.js';
import type { LifecycleTelemetry } from './ports/lifecycle-telemetry.port.js';
import type { LifecycleJob } from './ports/lifecycle-schedule.port.js';
import type { RetainedMemories } from './ports/retained-memories.port.js';
import type { RemovalWork } from './removal-work.js';
import type { RetentionPolicy } from './rules/retention-policy.js';
import type { RetentionService } from './retention.service.js';

const NAMESPACES_PER_LOOK = 500;

export interface LifecycleJobsParts {
  readonly expired: ExpiredMemories;
  readonly memories: RetainedMemories;
  readonly retention: RetentionService;
  readonly telemetry: LifecycleTelemetry;
  readonly watch: CapWatch;
  readonly removal: RemovalWork;
  readonly decay: DecayWork;
  readonly pace: Pace;
}

/** The jobs of the scheduler, over all namespaces. Each can be broken off after any batch and begun again. */
export class LifecycleJobs {
  constructor(private readonly parts: LifecycleJobsParts) {}

  /**
   * Does a whole job. Resolves with whether it came to its end; false when it was asked to stop.
   *
   * @throws LeaseLostError; StoreUnavailableError
   */
  async run(job: LifecycleJob, lease: HeldLease): Promise<boolean> {
    if (job === 'expire') return this.expire(lease);
    return job === 'retain' ? this.retain(lease) : this.decay(lease);
  }

  /** Removes what is over the cap of one namespace. */
  async cap(lease: HeldLease, namespace: Namespace): Promise<void> {
    const policy = await lease.batch(() => this.parts.retention.inForce(namespace));
    await this.applyCap(lease, namespace, policy);
  }

  private async expire(lease: HeldLease): Promise<boolean> {
    const { pace, expired, telemetry } = this.parts;
    for (;;) {
      if (pace.isStopping) return false;
      const eventIds = Array.from({ length: pace.batchSize }, () => uuidv7());
      const removed = await lease.batch(() => expired.remove(eventIds));
      telemetry.countRemoved('expired', removed.length);
      if (removed.length < pace.batchSize) return true;
      await pace.rest();
    }
  }

  private async retain(lease: HeldLease): Promise<boolean> {
    const { retention, removal } = this.parts;
    const own = await lease.batch(() => retention.own());
    const namespaces = retention.cap > 0 ? this.namespaces(lease, own) : own;
    for await (const [namespace, policy] of namespaces) {
      if (this.parts.pace.isStopping) return false;
      await removal.remove(lease, { namespace, reason: 'too_old', policy });
      await this.applyCap(lease, namespace, policy);
    }
    return !this.parts.pace.isStopping;
  }

  private async decay(lease: HeldLease): Promise<boolean> {
    for await (const [namespace] of this.namespaces(lease, new Map())) {
      if (!(await this.parts.decay.decay(lease, namespace))) return false;
    }
    return true;
  }

  private async applyCap(lease: HeldLease, namespace: Namespace, policy: RetentionPolicy): Promise<void> {
    const { removal, watch, memories } = this.parts;
    const { maxMemories } = policy;
    if (maxMemories === null) return watch.counted(namespace, Infinity);
    await removal.remove(lease, { namespace, reason: 'over_cap', policy });
    const count = await lease.batch(() => memories.countUpTo(namespace, maxMemories));
    watch.counted(namespace, maxMemories - count);
  }

  /** Every namespace with its rules. */
  private async *namespaces(
    lease: HeldLease,
    own: ReadonlyMap<Namespace, RetentionPolicy>,
  ): AsyncGenerator<readonly [Namespace, RetentionPolicy]> {
    const { memories, retention } = this.parts;
    let after: Namespace | undefined;
    do {
      const from = after;
      const names = await lease.batch(() => memories.namespaces(from, NAMESPACES_PER_LOOK));
      for (const name of names) yield [name, own.get(name) ?? retention.defaults];
      after = names.length === NAMESPACES_PER_LOOK ? names.at(-1) : undefined;
    } while (after);
  }
}
