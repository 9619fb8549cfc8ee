import { loadConfig, readEnvironment } from '@sfm/config';
import { DeadLetterQueue, deadLetterTopicOf } from '@sfm/events';
import { PostgresDatabase, PostgresOutbox } from '@sfm/storage';
import { withDatabase } from '../servers/with-database.js';
import { configuredKafka } from '../servers/kafka.js';
import { ParkedEvents } from './parked-events.js';

/** Runs `work` on what is parked in the database and at the brokers of the service's configuration. */
export async function withParkedEvents(work: (parked: ParkedEvents) => Promise<void>): Promise<void> {
  const config = loadConfig(readEnvironment());
  const kafka = configuredKafka(config);
  const queue = kafka && new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(config.kafka.memoryEventsTopic) });
  try {
    await withDatabase((dataSource) =>
      work(new ParkedEvents(new PostgresOutbox(new PostgresDatabase(dataSource)), queue)),
    );
  } finally {
    await queue?.disconnect();
  }
}
