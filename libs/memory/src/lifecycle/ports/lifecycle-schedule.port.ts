/** Work on the life of memories that is due again and again. */
export const LIFECYCLE_JOBS = ['expire', 'retain', 'decay'] as const;
export type LifecycleJob = (typeof LIFECYCLE_JOBS)[number];

/** The lease, as it was given. */
export interface LeaseGrant {
  /** Grows with every grant, so that whoever holds an older one can be told from the holder. */
  readonly fence: number;
}

/**
 * The lease that lets one process at a time work on the life of memories, and when which job is due. All processes on one
 * truth share it; its clock is that of the store.
 */
export abstract class LifecycleSchedule {
  /**
   * Takes the lease for a while if nobody holds it. Never waits for its holder.
   *
   * @param holder tells operators who it is
   */
  abstract take(holder: string, forMs: number): Promise<LeaseGrant | undefined>;

  /** Holds it for a while from now on. Resolves with whether it was still held. */
  abstract renew(grant: LeaseGrant, forMs: number): Promise<boolean>;

  /** Gives it back, if it is still held. */
  abstract release(grant: LeaseGrant): Promise<void>;

  /** In how many milliseconds each job is due; 0 or less for one that is. A job that was never done is due. */
  abstract dueInMs(jobs: readonly LifecycleJob[]): Promise<ReadonlyMap<LifecycleJob, number>>;

  /** Notes that a job is done, and due again after a while. Does nothing when the lease is not held any more. */
  abstract done(grant: LeaseGrant, job: LifecycleJob, againInMs: number): Promise<void>;
}
