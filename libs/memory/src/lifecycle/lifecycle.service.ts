import { currentBudget, throwIfEnded } from '../attempts/request-budget.js';
import { LifecycleBusyError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { ListPosition } from '../read/list-position.js';
import type { DecayWork, Decay } from './decay-work.js';
import { HeldLease, LeaseLostError } from './held-lease.js';
import { Tally, type LifecycleReport } from './lifecycle-report.js';
import type { RemovalReason } from './ports/lifecycle-telemetry.port.js';
import type { LifecycleSchedule } from './ports/lifecycle-schedule.port.js';
import type { RemovalCandidate } from './ports/retained-memories.port.js';
import type { RemovalWork } from './removal-work.js';
import type { RetentionPolicy } from './rules/retention-policy.js';
import type { RetentionService } from './retention.service.js';

/** Most pages of memories that a dry run looks at for decay. */
const DRY_PAGES = 50;

/** How much of a caller's time is worked. */
const SHARE_OF_BUDGET = 0.8;

/** In the order in which they are applied. */
export const REMOVAL_REASONS: readonly RemovalReason[] = ['expired', 'too_old', 'over_cap'];

export interface LeaseOptions {
  /** Tells operators which process it is. */
  readonly holder: string;
  /** How long a process that died or froze keeps the others waiting, in milliseconds. */
  readonly leaseMs: number;
}

/** Makes the work of a caller, whose end the pace asks for between two batches. */
export type LifecycleWork = (isOver: () => boolean) => { readonly removal: RemovalWork; readonly decay: DecayWork };

/** Applies the rules of one namespace at once, or tells what they would do. */
export class LifecycleService {
  constructor(
    private readonly schedule: LifecycleSchedule,
    private readonly retention: RetentionService,
    private readonly workOf: LifecycleWork,
    private readonly lease: LeaseOptions,
  ) {}

  /** Tells what a run would do now, and changes nothing. */
  async preview(namespace: Namespace): Promise<LifecycleReport> {
    const { removal, decay } = this.workOf(() => false);
    const policy = await this.retention.inForce(namespace);
    const report = newReport();
    for (const reason of REMOVAL_REASONS) {
      const { candidates, isMore } = await removal.look(namespace, reason, policy);
      report.removed[reason].add(candidates);
      report.removed[reason].isMore = isMore;
    }
    if (decay.isOn) report.decayed.isMore = !(await previewDecay(decay, namespace, report.decayed));
    return { namespace, isDryRun: true, isComplete: true, ...report };
  }

  /**
   * Applies the rules as the scheduler does, for as long as the caller waits; the scheduler goes on with what is left.
   *
   * @throws LifecycleBusyError while another process is at it; StoreUnavailableError
   */
  async run(namespace: Namespace): Promise<LifecycleReport> {
    const lease = await HeldLease.take(this.schedule, this.lease.holder, this.lease.leaseMs);
    if (!lease) throw new LifecycleBusyError();
    try {
      const policy = await this.retention.inForce(namespace);
      return await this.runHeld(lease, namespace, policy);
    } finally {
      await lease.release();
    }
  }

  private async runHeld(lease: HeldLease, namespace: Namespace, policy: RetentionPolicy): Promise<LifecycleReport> {
    const { removal, decay } = this.workOf(untilBudgetEnds());
    const report = newReport();
    let isComplete = true;
    try {
      for (const reason of REMOVAL_REASONS) {
        const onRemoved = (_: RemovalReason, gone: readonly RemovalCandidate[]) => report.removed[reason].add(gone);
        isComplete = (await removal.remove(lease, { namespace, reason, policy, onRemoved })) && isComplete;
      }
      isComplete = (await decay.decay(lease, namespace, (done) => report.decayed.add(done))) && isComplete;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      isComplete = false;
    }
    return { namespace, isDryRun: false, isComplete, ...report };
  }
}

/** Resolves with whether all was looked at. */
async function previewDecay(decay: DecayWork, namespace: Namespace, tally: Tally<Decay>): Promise<boolean> {
  let after: ListPosition | undefined;
  for (let page = 0; page < DRY_PAGES; page += 1) {
    throwIfEnded();
    const { changes, next } = await decay.look(namespace, after);
    tally.add(changes);
    if (next === undefined) return true;
    after = next;
  }
  return false;
}

/** Asks for the end while there is time left to answer. */
function untilBudgetEnds(): () => boolean {
  const budget = currentBudget();
  if (!budget) return () => false;
  const endMs = performance.now() + (budget.deadlineMs - performance.now()) * SHARE_OF_BUDGET;
  return () => budget.ended !== undefined || performance.now() >= endMs;
}

function newReport() {
  const tally = () => new Tally<RemovalCandidate>();
  return { removed: { expired: tally(), too_old: tally(), over_cap: tally() }, decayed: new Tally<Decay>() };
}
