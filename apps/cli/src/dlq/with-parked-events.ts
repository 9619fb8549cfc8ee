import { kafkaConnection } from '@sfm/composition';
import { loadConfig, readEnvironment } from '@sfm/config';
import { createKafkaClient, DeadLetterQueue, deadLetterTopicOf } from '@sfm/events';
import { PostgresDatabase, PostgresOutbox } from '@sfm/storage';
import { withDatabase } from '../db/with-database.js';
import { ParkedEvents } from './parked-events.js';

const CLIENT_ID = 'soma-cli';
/** Whatever the client gives up on is thrown and printed once. */
const QUIET = { log: () => {}, warn: () => {}, error: () => {} };

/** Runs `work` on what is parked in the database and at the brokers of the service's configuration. */
export async function withParkedEvents(work: (parked: ParkedEvents) => Promise<void>): Promise<void> {
  const config = loadConfig(readEnvironment());
  const connection = kafkaConnection(config, CLIENT_ID);
  const queue =
    connection &&
    new DeadLetterQueue(createKafkaClient(connection, QUIET), {
      topic: deadLetterTopicOf(config.kafka.memoryEventsTopic),
    });
  try {
    await withDatabase((dataSource) =>
      work(new ParkedEvents(new PostgresOutbox(new PostgresDatabase(dataSource)), queue)),
    );
  } finally {
    await queue?.disconnect();
  }
}
