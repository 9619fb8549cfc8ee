import type { KafkaMessage } from 'kafkajs';

/** What is known of the messages of one partition that are not committed yet. */
export class PartitionProgress {
  /** Applied or dead-lettered, by offset: they are not handed out again while their neighbours are tried again. */
  private readonly done = new Set<string>();
  private readonly failures = new Map<string, number>();
  private oldest: number | undefined;
  private waits = 0;
  private faults = 0;

  /** When the oldest message that is not committed was produced, epoch milliseconds. */
  get oldestTimestamp(): number | undefined {
    return this.oldest;
  }

  /** Notes what is worked on now. */
  begin(messages: readonly KafkaMessage[]): void {
    this.oldest = messages.reduce((oldest, { timestamp }) => Math.min(oldest, Number(timestamp)), Infinity);
  }

  open(messages: readonly KafkaMessage[]): KafkaMessage[] {
    return messages.filter(({ offset }) => !this.done.has(offset));
  }

  finish(messages: readonly KafkaMessage[]): void {
    for (const { offset } of messages) this.done.add(offset);
  }

  /** Counts a failure of one message; how many it has now. */
  countFailure({ offset }: KafkaMessage): number {
    const failures = (this.failures.get(offset) ?? 0) + 1;
    this.failures.set(offset, failures);
    return failures;
  }

  /** Counts a failure that names no message; how many came in a row. */
  countFault(): number {
    this.faults += 1;
    return this.faults;
  }

  /** Counts a pause; how many came in a row without a commit between them. */
  countWait(): number {
    this.waits += 1;
    return this.waits;
  }

  /** Everything up to here is behind this partition. */
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
