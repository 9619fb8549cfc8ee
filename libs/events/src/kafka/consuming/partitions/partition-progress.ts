import type { KafkaMessage } from 'kafkajs';

/** State of the uncommitted messages of one partition. */
export class PartitionProgress {
  /** Offsets of applied or dead-lettered messages: they are not processed again while their neighbours are retried. */
  private readonly done = new Set<string>();
  private readonly failures = new Map<string, number>();
  private oldest: number | undefined;
  private waits = 0;
  private faults = 0;

  /** Produce time of the oldest uncommitted message, epoch milliseconds. */
  get oldestTimestamp(): number | undefined {
    return this.oldest;
  }

  /** Records the messages that are being processed. */
  begin(messages: readonly KafkaMessage[]): void {
    this.oldest = messages.reduce((oldest, { timestamp }) => Math.min(oldest, Number(timestamp)), Infinity);
  }

  open(messages: readonly KafkaMessage[]): KafkaMessage[] {
    return messages.filter(({ offset }) => !this.done.has(offset));
  }

  finish(messages: readonly KafkaMessage[]): void {
    for (const { offset } of messages) this.done.add(offset);
  }

  /** Counts a failure of one message and returns its total. */
  countFailure({ offset }: KafkaMessage): number {
    const failures = (this.failures.get(offset) ?? 0) + 1;
    this.failures.set(offset, failures);
    return failures;
  }

  /** Counts a failure not tied to one message and returns how many occurred in a row. */
  countFault(): number {
    this.faults += 1;
    return this.faults;
  }

  /** Counts a pause and returns how many occurred in a row without a commit between them. */
  countWait(): number {
    this.waits += 1;
    return this.waits;
  }

  /** Drops the state of these messages: they are committed. */
  committed(messages: readonly KafkaMessage[]): void {
    for (const { offset } of messages) {
      this.done.delete(offset);
      this.failures.delete(offset);
    }
    this.oldest = undefined;
    this.waits = 0;
    this.faults = 0;
  }
}
