import { Counter, Gauge, type Registry } from 'prom-client';

/** What was done to memories by the rules about what is kept. */
export class LifecycleMetrics {
  private readonly runs: Counter<'job' | 'outcome'>;
  private readonly removed: Counter<'reason'>;
  private readonly expired: Counter;
  private readonly decayed: Counter;
  private readonly lease: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.runs = new Counter({
      name: 'soma_lifecycle_runs_total',
      help: 'Runs of the jobs on the life of memories',
      labelNames: ['job', 'outcome'],
      registers,
    });
    this.removed = new Counter({
      name: 'soma_lifecycle_removed_total',
      help: 'Memories deleted by a rule',
      labelNames: ['reason'],
      registers,
    });
    this.expired = new Counter({
      name: 'soma_expired_memories_total',
      help: 'Expired memories deleted by the sweep',
      registers,
    });
    this.decayed = new Counter({
      name: 'soma_lifecycle_decayed_total',
      help: 'Memories that lost keys with time',
      registers,
    });
    this.lease = new Gauge({
      name: 'soma_lifecycle_lease_held',
      help: '1 while this process works on the life of memories',
      aggregator: 'max',
      registers,
    });
    // Starts each series at zero; otherwise `increase` would miss the first event.
    for (const reason of ['expired', 'too_old', 'over_cap']) this.removed.inc({ reason }, 0);
    for (const job of ['expire', 'retain', 'decay']) {
      for (const outcome of ['done', 'failed', 'lost']) this.runs.inc({ job, outcome }, 0);
    }
  }

  countRun(job: string, outcome: string): void {
    this.runs.inc({ job, outcome });
  }

  countRemoved(reason: string, count: number): void {
    if (count === 0) return;
    this.removed.inc({ reason }, count);
    if (reason === 'expired') this.expired.inc(count);
  }

  countDecayed(count: number): void {
    if (count > 0) this.decayed.inc(count);
  }

  noteLease(isHeld: boolean): void {
    this.lease.set(isHeld ? 1 : 0);
  }
}
