import { backoffMs } from '@sfm/memory';
import type { KafkaMessage } from 'kafkajs';
import { ChunkApplier } from './chunk-applier.js';
import { BACKOFF, type ApplyingOptions, type EventsHandler, type RetryCause } from './consuming-options.js';
import { Heartbeats } from './partitions/heartbeats.js';
import { PartitionProgress } from './partitions/partition-progress.js';

/** Messages of one partition, in order, with the actions available for them. */
export interface ClaimedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
  /** True when this member is about to leave: current work is finished, no new work starts. */
  isStopping(): boolean;
  /** False once the partition may belong to another member. */
  isOurs(): boolean;
  /** @throws when the brokers want the partitions back */
  heartbeat(): Promise<void>;
  /**
   * Resolves when the brokers have recorded that this message and those before it are processed.
   *
   * @throws when they refuse
   */
  commit(last: KafkaMessage): Promise<void>;
  /** Stops fetching this partition for `forMs`, then resumes after the last committed message. */
  pause(forMs: number): void;
}

/** Processes batches chunk by chunk, and commits a chunk only when every message in it is applied or dead-lettered. */
export class BatchRunner {
  private readonly applier: ChunkApplier;
  private readonly partitions = new Map<number, PartitionProgress>();

  constructor(
    private readonly options: ApplyingOptions,
    handler: EventsHandler,
    private readonly heartbeatMs: number,
  ) {
    this.applier = new ChunkApplier(options, handler);
  }

  /** @throws the error of a refused heartbeat or commit: nothing more was committed. */
  async run(batch: ClaimedBatch): Promise<void> {
    const heartbeats = new Heartbeats(() => batch.heartbeat(), this.heartbeatMs);
    try {
      const { batchSize } = this.options;
      for (let start = 0; start < batch.messages.length; start += batchSize) {
        if (!(await this.runChunk(batch, batch.messages.slice(start, start + batchSize)))) return;
        heartbeats.assertAccepted();
      }
    } finally {
      heartbeats.stop();
    }
  }

  /** Drops the state of all partitions except these. */
  keepOnly(partitions: readonly number[]): void {
    for (const partition of this.partitions.keys()) {
      if (!partitions.includes(partition)) this.partitions.delete(partition);
    }
  }

  /** Produce time of the oldest message that is being processed or waits for a retry; epoch milliseconds. */
  oldestTimestamp(): number | undefined {
    const times = [...this.partitions.values()]
      .map(({ oldestTimestamp }) => oldestTimestamp)
      .filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Returns false when the rest of the batch has to wait. */
  private async runChunk(batch: ClaimedBatch, chunk: readonly KafkaMessage[]): Promise<boolean> {
    const last = chunk.at(-1);
    if (!last || batch.isStopping() || !batch.isOurs()) return false;
    const { topic, partition } = batch;
    const progress = this.progressOf(partition);
    progress.begin(chunk);
    const outcome = await this.applier.apply(chunk, { topic, partition, progress });
    // The results are durable; the partition's new owner decides where to continue.
    if (!batch.isOurs()) return false;
    if (outcome.waitFor !== undefined) {
      // A leaving member retries nothing: uncommitted messages go to the next member.
      if (!batch.isStopping()) this.wait(batch, progress, outcome);
      return false;
    }
    await batch.commit(last);
    progress.committed(chunk);
    this.options.observer.committed(chunk.length);
    return true;
  }

  private wait(
    batch: ClaimedBatch,
    progress: PartitionProgress,
    { waitFor, error }: { readonly waitFor: RetryCause; readonly error: unknown },
  ): void {
    const { maxBackoffMs, observer, log } = this.options;
    const pauseMs = backoffMs(progress.countWait(), { ...BACKOFF, maxMs: maxBackoffMs });
    const reason = error instanceof Error ? error.message : String(error);
    observer.retrying(waitFor);
    log.warn(`partition ${batch.topic}/${batch.partition} is tried again in ${pauseMs} ms: ${reason}`);
    batch.pause(pauseMs);
  }

  private progressOf(partition: number): PartitionProgress {
    let progress = this.partitions.get(partition);
    if (!progress) this.partitions.set(partition, (progress = new PartitionProgress()));
    return progress;
  }
}
