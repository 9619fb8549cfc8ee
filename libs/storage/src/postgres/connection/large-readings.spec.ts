import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AnswerTooLargeError, openBudget, RequestEndedError, withBudget, type OpenBudget } from '@sfm/memory';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../../test/services/postgres/postgres.js';
import { resolveConnection } from './connection.js';
import { createDataSource } from './data-source.js';
import { LargeReadings } from './large-readings.js';
import { PostgresDatabase } from './postgres-database.js';

const SMALL = 100_000;
const LARGE = 1_000_000;

let testDatabase: TestDatabase;
let dataSource: DataSource;
let database: PostgresDatabase;
const open: OpenBudget[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  dataSource = createDataSource({ connection: await resolveConnection(testDatabase.url), pool: { size: 3 } });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await testDatabase.drop();
});
beforeEach(() => {
  database = new PostgresDatabase(dataSource, new LargeReadings(1, { small: SMALL, large: LARGE }));
});
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

/** Reads about so many bytes, in rows of 1,000. */
const read = (bytes: number, from = database) =>
  from.query<{ text: string }>({
    text: "SELECT repeat('x', 1000) AS text FROM generate_series(1, $1)",
    values: [bytes / 1000],
  });

function request(): OpenBudget {
  const opened = openBudget(60_000);
  open.push(opened);
  return opened;
}
const by = <T>({ budget }: OpenBudget, work: () => Promise<T>): Promise<T> => withBudget(budget, work);

describe('what requests read', () => {
  it('waits for the answers of others when it is large, and not when it is small', async () => {
    const [first, second, third] = [request(), request(), request()];
    expect(await by(first, () => read(LARGE / 2))).toHaveLength(LARGE / 2000);
    const waiting = by(second, () => read(LARGE / 2));
    let isRead = false;
    void waiting.then(() => (isRead = true));
    expect(await by(third, () => read(SMALL / 2))).toHaveLength(SMALL / 2000);
    // One that has a place reads on.
    expect(await by(first, () => read(LARGE / 2))).toHaveLength(LARGE / 2000);
    expect(isRead).toBe(false);
    first.close();
    expect(await waiting).toHaveLength(LARGE / 2000);
  });

  it('has one place for all parts of a request, which wait for no other', async () => {
    const whole = request();
    await by(whole, () => Promise.all([read(LARGE / 2), read(LARGE / 2)]));
    const inPart = await by(whole, () => {
      const part = openBudget(10_000);
      open.push(part);
      return by(part, () => read(LARGE / 2));
    });
    expect(inPart).toHaveLength(LARGE / 2000);
  });

  it('ends with the request that waits, which keeps no place', async () => {
    const [first, second, third] = [request(), request(), request()];
    await by(first, () => read(LARGE / 2));
    const given = by(second, () => read(LARGE / 2));
    const refused = expect(given).rejects.toThrow(RequestEndedError);
    const waiting = by(third, () => read(LARGE / 2));
    second.hangUp();
    await refused;
    first.close();
    expect(await waiting).toHaveLength(LARGE / 2000);
  });

  it('is refused when no answer could hold it, and the pool is whole afterwards', async () => {
    for (let times = 0; times < 5; times += 1) {
      const one = request();
      await expect(by(one, () => read(LARGE * 2))).rejects.toThrow(AnswerTooLargeError);
      one.close();
    }
    expect(await Promise.all([1, 2, 3, 4].map(() => by(request(), () => read(1000))))).toHaveLength(4);
  });

  it('takes no place where its rows are small and no answer holds them', async () => {
    const [first, second] = [request(), request()];
    await by(first, () => read(LARGE / 2));
    const text = "SELECT repeat('x', 1000) AS text FROM generate_series(1, $1)";
    const rows = await by(second, () => database.query({ text, values: [LARGE / 500], isUnmetered: true }));
    expect(rows).toHaveLength(LARGE / 500);
  });

  it('is as large as it is for work that no request waits for', async () => {
    expect(await read(LARGE * 2)).toHaveLength(LARGE / 500);
  });
});
