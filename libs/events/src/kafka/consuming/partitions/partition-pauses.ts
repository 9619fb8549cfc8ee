import type { Consumer } from 'kafkajs';

/** A partition of a topic. */
export interface PausedPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * The pauses of one member's partitions. They end with its membership: asking a member that has left to fetch again
 * makes the client throw, and inside a timer that would end the process.
 */
export class PartitionPauses {
  private readonly timers = new Set<NodeJS.Timeout>();
  private isOver = false;

  constructor(private readonly consumer: Pick<Consumer, 'pause' | 'resume'>) {}

  /** Stops fetching the partition for `forMs`. Does nothing after `end`. */
  pause({ topic, partition }: PausedPartition, forMs: number): void {
    if (this.isOver) return;
    const paused = [{ topic, partitions: [partition] }];
    this.consumer.pause(paused);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.consumer.resume(paused);
    }, forMs);
    this.timers.add(timer);
  }

  /** Ends all pauses. Must be called before, or as soon as, the member leaves the group. Idempotent. */
  end(): void {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
