import type { EventRecord } from '@sfm/memory';
import type { Kafka } from 'kafkajs';
import { decodeEventMessage, type DecodingRules } from '../messages/event-message.js';
import { TopicReader } from './topic-reader.js';

export interface EventTopicOptions {
  readonly topic: string;
  readonly rules: DecodingRules;
  /** Prefix of the names of the consumer groups that read the topic. */
  readonly groupPrefix: string;
}

/** Reads the events that the brokers still have. */
export class EventTopic {
  private readonly reader: TopicReader;

  constructor(
    kafka: Kafka,
    private readonly options: EventTopicOptions,
  ) {
    this.reader = new TopicReader(kafka, options.groupPrefix);
  }

  /**
   * Reads every event up to the current end of the topic, in order per memory. Messages that are not events are only
   * counted; events that are neither about a memory's content nor about links of ours are skipped.
   *
   * @throws BusUnavailableError
   */
  async read(visit: (records: readonly EventRecord[], unreadable: number) => Promise<void>): Promise<void> {
    const { topic, rules } = this.options;
    await this.reader.read(topic, {
      visit: async (messages) => {
        const decoded = messages.map((message) => decodeEventMessage(message, rules));
        const records = decoded.flatMap((event) => ('record' in event ? [event.record] : []));
        await visit(records, decoded.filter((event) => 'problem' in event).length);
      },
    });
  }
}
