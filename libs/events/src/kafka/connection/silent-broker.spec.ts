import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kafka } from 'kafkajs';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { recordedLog } from '../../../test/kafka-fixtures.js';
import { RawServer } from '../../../test/raw-server.js';
import { LagReader } from '../consuming/partitions/lag-reader.js';
import { kafkaClientConfig } from './kafka-client.js';
import { KafkaHealth } from '../topics/kafka-health.js';

const LIMIT_MS = 200;
/** Not reached, and yet short: the client waits for it at times. */
const CONNECT_MS = 3000;

describe('beside a broker that accepts connections and says nothing', () => {
  let server: RawServer;
  let accepted: number;

  beforeEach(async () => {
    accepted = 0;
    server = await RawServer.start((socket) => {
      accepted += 1;
      socket.resume();
    });
  });
  afterEach(() => server.stop());

  const noneLeft = () =>
    waitFor(() => server.sockets.size === 0, { timeoutMs: 20_000, what: () => `${server.sockets.size} to be closed` });

  it('no health check leaves a connection open', async () => {
    const health = new KafkaHealth({ brokers: [server.broker], clientId: 'test' }, { topics: [], timeoutMs: LIMIT_MS });
    for (let looks = 1; looks <= 4; looks += 1) {
      expect(await health.check()).toMatchObject({ isUp: false });
      // A check is answered at its limit, when the look behind it may be under way still.
      await waitFor(async () => !(await health.check()).isUp && accepted > looks);
    }
    await health.disconnect();
    await noneLeft();
  });

  it('no reading of the lag leaves a connection open', async () => {
    const connection = { brokers: [server.broker], clientId: 'test', connectTimeoutMs: CONNECT_MS };
    const config = kafkaClientConfig({ ...connection, requestTimeoutMs: LIMIT_MS }, recordedLog());
    const lag = new LagReader(new Kafka({ ...config, retry: { retries: 0 } }), { groupId: 'group', topic: 'topic' });
    for (let readings = 1; readings <= 3; readings += 1) {
      await expect(lag.read()).rejects.toThrow('broker unavailable: Request ApiVersions');
      expect(accepted).toBe(readings);
    }
    await noneLeft();
  });
});
