import {
  RetainedMemories,
  type CandidateQuery,
  type RemovalCandidate,
} from '../lifecycle/ports/retained-memories.port.js';
import { LifecycleSchedule, type LeaseGrant, type LifecycleJob } from '../lifecycle/ports/lifecycle-schedule.port.js';
import { RetentionPolicies } from '../lifecycle/ports/retention-policies.port.js';
import type { RetentionPolicy, StoredPolicy } from '../lifecycle/rules/retention-policy.js';
import type { Namespace } from '../model/namespace.js';

/** The schedule of one process, in memory. */
export class InMemoryLifecycleSchedule extends LifecycleSchedule {
  readonly calls: string[] = [];
  private fence = 0;
  private heldUntilMs = -Infinity;
  private readonly dueAtMs = new Map<LifecycleJob, number>();

  async take(_holder: string, forMs: number): Promise<LeaseGrant | undefined> {
    this.calls.push('take');
    if (this.heldUntilMs > Date.now()) return undefined;
    this.heldUntilMs = Date.now() + forMs;
    this.fence += 1;
    return { fence: this.fence };
  }

  async renew(grant: LeaseGrant, forMs: number): Promise<boolean> {
    if (!this.isHeld(grant)) return false;
    this.heldUntilMs = Date.now() + forMs;
    return true;
  }

  async release(grant: LeaseGrant): Promise<void> {
    if (grant.fence === this.fence) this.heldUntilMs = -Infinity;
  }

  async dueInMs(jobs: readonly LifecycleJob[]): Promise<ReadonlyMap<LifecycleJob, number>> {
    return new Map(jobs.map((job) => [job, (this.dueAtMs.get(job) ?? 0) - Date.now()]));
  }

  async done(grant: LeaseGrant, job: LifecycleJob, againInMs: number): Promise<void> {
    if (this.isHeld(grant)) this.dueAtMs.set(job, Date.now() + againInMs);
  }

  private isHeld({ fence }: LeaseGrant): boolean {
    return fence === this.fence && this.heldUntilMs > Date.now();
  }
}

/** Policies in memory, and what was asked of them. */
export class InMemoryRetentionPolicies extends RetentionPolicies {
  readonly calls: string[] = [];
  private readonly stored = new Map<Namespace, StoredPolicy>();

  async find(namespace: Namespace): Promise<StoredPolicy | undefined> {
    this.calls.push('find');
    return this.stored.get(namespace);
  }

  async all(): Promise<readonly StoredPolicy[]> {
    return [...this.stored.values()];
  }

  async replace(namespace: Namespace, policy: RetentionPolicy): Promise<StoredPolicy> {
    this.calls.push('replace');
    const version = (this.stored.get(namespace)?.version ?? 0) + 1;
    const written = { ...policy, namespace, version, updatedAt: new Date() };
    this.stored.set(namespace, written);
    return written;
  }
}

/** Memories of one namespace that rules look at, in memory. */
export class InMemoryRetainedMemories extends RetainedMemories {
  readonly calls: string[] = [];
  held: RemovalCandidate[] = [];
  /** Called before each batch of removals. */
  beforeRemoval: () => void = () => {};

  constructor(private readonly namespace: Namespace) {
    super();
  }

  async namespaces(after: Namespace | undefined): Promise<readonly Namespace[]> {
    return after === undefined ? [this.namespace] : [];
  }

  async countUpTo(_namespace: Namespace, bound: number): Promise<number> {
    this.calls.push('countUpTo');
    return Math.min(bound, this.held.length);
  }

  async expired(): Promise<readonly RemovalCandidate[]> {
    return [];
  }

  async olderThan(_namespace: Namespace, seconds: number, { limit }: CandidateQuery) {
    return this.held.filter(({ createdAt }) => createdAt.getTime() < Date.now() - seconds * 1000).slice(0, limit);
  }

  async least(_namespace: Namespace, { limit }: CandidateQuery) {
    return this.held
      .slice(0, -1)
      .sort((a, b) => (a.importance ?? 0) - (b.importance ?? 0))
      .slice(0, limit);
  }

  async remove(commands: readonly { readonly namespace: Namespace; readonly key: string }[]) {
    this.calls.push('remove');
    this.beforeRemoval();
    const keys = new Set(commands.map(({ key }) => key));
    const gone = this.held.filter(({ key }) => keys.has(key));
    this.held = this.held.filter(({ key }) => !keys.has(key));
    return gone.map(({ key, version }) => ({ namespace: this.namespace, key, version: version + 1 }));
  }
}
