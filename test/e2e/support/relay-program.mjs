// A relay in a process of its own: publishes by noting each event in the table `published`, over another connection.
import { setTimeout as delay } from 'node:timers/promises';
import { EventValidator, DEFAULT_RELAY_OPTIONS, OutboxRelay } from '@sfm/events';
import { createDataSource, PostgresDatabase, PostgresOutbox, resolveConnection } from '@sfm/storage';

const [url = '', pollMs = '1000'] = process.argv.slice(2);
const dataSource = createDataSource({ connection: await resolveConnection(url), pool: { size: 4 } });
await dataSource.initialize();

const bus = {
  async publish(records) {
    await delay(Math.random() * 10);
    await dataSource.query(
      `INSERT INTO published (relay, event_id, key, version)
        SELECT $1, event_id, key, version
        FROM unnest($2::uuid[], $3::text[], $4::int[]) WITH ORDINALITY AS a (event_id, key, version, position)
        ORDER BY position`,
      [
        process.pid,
        records.map(({ event }) => event.event_id),
        records.map(({ key }) => key),
        records.map(({ version }) => version),
      ],
    );
    return { published: records.map(({ event }) => event.event_id) };
  },
};
const log = { warn: (message, error) => console.error(message, error) };
const relay = new OutboxRelay(new PostgresOutbox(new PostgresDatabase(dataSource)), bus, new EventValidator(), log, {
  ...DEFAULT_RELAY_OPTIONS,
  batchSize: 25,
  lingerMs: 1,
  pollMs: Number(pollMs),
});
await relay.start();
console.log('relaying');

process.once('SIGTERM', async () => {
  await relay.stop();
  await dataSource.destroy();
});
