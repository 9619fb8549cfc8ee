import { kafkaConnection } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { createKafkaClient } from '@sfm/events';

const CLIENT_ID = 'soma-cli';
/** Whatever the client gives up on is thrown and printed once. */
const QUIET = { log: () => {}, warn: () => {}, error: () => {} };

/** A client of the brokers of the configuration; undefined without any. */
export function configuredKafka(config: AppConfig): ReturnType<typeof createKafkaClient> | undefined {
  const connection = kafkaConnection(config, CLIENT_ID);
  return connection && createKafkaClient(connection, QUIET);
}
