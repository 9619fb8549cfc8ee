import { backoffMs } from '@sfm/memory';
import type { KafkaMessage } from 'kafkajs';
import { ChunkApplier } from './chunk-applier.js';
import { BACKOFF, type ApplyingOptions, type EventsHandler, type RetryCause } from './consuming-options.js';
import { Heartbeats } from './partitions/heartbeats.js';
import { PartitionProgress } from './partitions/partition-progress.js';

/** Messages of one partition, in order, with what may be done about them. */
export interface ClaimedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
  /** True when this member is about to leave: what is under way is finished, nothing is begun. */
  isStopping(): boolean;
  /** False once the partition may belong to another member. */
  isOurs(): boolean;
  /** @throws when the brokers want the partitions back */
  heartbeat(): Promise<void>;
  /** Resolves when the brokers know that this message and those before it are dealt with. @throws when they refuse */
  commit(last: KafkaMessage): Promise<void>;
  /** Fetches nothing of this partition for so long; then begins after what was committed. */
  pause(forMs: number): void;
}

/** Works batches off, chunk by chunk, and commits a chunk only when every message of it is applied or dead-lettered. */
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

  /** @throws what a heartbeat or a commit was refused with: nothing more was committed. */
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

  /** Forgets what it knows of all partitions but these. */
  keepOnly(partitions: readonly number[]): void {
    for (const partition of this.partitions.keys()) {
      if (!partitions.includes(partition)) this.partitions.delete(partition);
    }
  }

  /** When the oldest message was produced that is being worked on, or waits to be tried again; epoch milliseconds. */
  oldestTimestamp(): number | undefined {
    const times = [...this.partitions.values()]
      .map(({ oldestTimestamp }) => oldestTimestamp)
      .filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** False when the rest of the batch has to wait. */
  private async runChunk(batch: ClaimedBatch, chunk: readonly KafkaMessage[]): Promise<boolean> {
    const last = chunk.at(-1);
    if (!last || batch.isStopping() || !batch.isOurs()) return false;
    const { topic, partition } = batch;
    const progress = this.progressOf(partition);
    progress.begin(chunk);
    const outcome = await this.applier.apply(chunk, { topic, partition, progress });
    // What came of it is safe; where to go on is for the partition's new owner to say.
    if (!batch.isOurs()) return false;
    if (outcome.waitFor !== undefined) {
      // A member that leaves tries nothing again: what it did not commit is handed to the next one.
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
