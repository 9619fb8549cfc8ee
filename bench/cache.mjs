// Cache bench: reading memories by key through the cache, against reading them from PostgreSQL alone.
import { readFileSync } from 'node:fs';
import { EmbeddedMemoryCache, parseRedisUrl, RedisConnection, RedisMemoryCache } from '@sfm/cache';
import { CachedMemoryReader, contentHash } from '@sfm/memory';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  MigrationRunner,
  PostgresDatabase,
  PostgresMemoryReader,
  PostgresMemoryWriter,
  resolveConnection,
  STORAGE_ENTITIES,
} from '@sfm/storage';
import { randomBytes, randomUUID } from 'node:crypto';
import { median, parseArguments } from './load.mjs';

const USAGE = `usage: POSTGRES_URL=… REDIS_URL=… node bench/cache.mjs [--rounds 15] [--reads 10] [--json]
Reads 1, 10 and 100 memories of 1 kB and 50 kB: from PostgreSQL alone, with their payloads in this process, with their
payloads in Redis, and for the first time. Rounds alternate; ratios are to PostgreSQL alone in the same round. POSTGRES_URL
must be a database for this: it is migrated, and what the bench writes stays.`;
const options = parseArguments(USAGE, { rounds: 15, reads: 10 });
const { POSTGRES_URL, REDIS_URL } = process.env;
if (!POSTGRES_URL || !REDIS_URL) {
  console.error(USAGE);
  process.exit(2);
}

const dataSource = createDataSource({
  connection: await resolveConnection(POSTGRES_URL),
  entities: STORAGE_ENTITIES,
  migrations: MIGRATIONS,
  // One connection, so that the processor time of its backend is that of the reads.
  pool: { size: 1 },
});
await dataSource.initialize();
await new MigrationRunner(dataSource).migrateUp();
const database = new PostgresDatabase(dataSource);
const truth = new PostgresMemoryReader(database);
const writer = new PostgresMemoryWriter(database);
const [{ pid }] = await database.query({ text: 'SELECT pg_backend_pid() AS pid', values: [] });
const redis = new RedisConnection({ address: parseRedisUrl(REDIS_URL), clientName: 'soma-bench' }, console);
await redis.open();

/** Words of their own, about as compressible as prose. */
const WORDS = Array.from({ length: 4000 }, () => randomBytes(4).toString('base64url'));

function payloadOf(bytes) {
  let text = '';
  while (text.length < bytes) text += `${WORDS[Math.floor(Math.random() * WORDS.length)]} `;
  return { text };
}

async function fill(namespace, count, bytes) {
  const commands = Array.from({ length: count }, (_, index) => {
    const payload = payloadOf(bytes);
    return {
      namespace,
      coordinate: [index],
      key: String(index),
      type: 'episodic',
      payload,
      payloadJson: JSON.stringify(payload),
      searchedText: '',
      session: null,
      importance: null,
      importanceNorm: 0,
      contentHash: contentHash('episodic', null, payload),
      expiresAt: null,
      eventId: randomUUID(),
    };
  });
  await writer.write(commands);
}

/** Milliseconds the backend has computed; undefined where /proc does not tell. */
function backendMs() {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

async function measure(count, bytes) {
  const namespace = `bench_cache_${randomUUID()}`;
  const keys = Array.from({ length: count }, (_, index) => String(index));
  await fill(namespace, count, bytes);
  const near = new EmbeddedMemoryCache({ maxEntries: 1000 });
  const far = new RedisMemoryCache(redis, { ttlMs: 600_000 });
  const first = new EmbeddedMemoryCache({ maxEntries: 1000 });
  const variants = {
    direct: { reader: truth },
    'in this process': { reader: new CachedMemoryReader(truth, near) },
    'in Redis': { reader: new CachedMemoryReader(truth, far) },
    'first read': { reader: new CachedMemoryReader(truth, first), before: () => first.clear() },
  };
  for (const variant of Object.values(variants)) {
    Object.assign(variant, { times: [], processorMs: 0 });
    for (let warm = 0; warm < 3; warm += 1) await variant.reader.findByKeys(namespace, keys, new Date());
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const variant of Object.values(variants)) {
      const processorBefore = backendMs() ?? NaN;
      const times = [];
      for (let read = 0; read < options.reads; read += 1) {
        await variant.before?.();
        const start = performance.now();
        await variant.reader.findByKeys(namespace, keys, new Date());
        times.push(performance.now() - start);
      }
      variant.times.push(median(times));
      variant.processorMs += (backendMs() ?? NaN) - processorBefore;
    }
  }
  await far.clear(namespace);
  const { direct } = variants;
  return Object.entries(variants).map(([name, { times, processorMs }]) => ({
    bytes,
    count,
    name,
    ms: median(times),
    ratio: median(times.map((time, round) => time / direct.times[round])),
    databaseShare: processorMs / direct.processorMs,
  }));
}

const rows = [];
for (const bytes of [1_000, 50_000]) for (const count of [1, 10, 100]) rows.push(...(await measure(count, bytes)));
redis.close();
await dataSource.destroy();

if (options.json) console.log(JSON.stringify(rows, null, 2));
else {
  console.log('  payload  memories  payloads are      p50 ms   of direct   PostgreSQL processor time of direct');
  for (const { bytes, count, name, ms, ratio, databaseShare } of rows) {
    const share = Number.isFinite(databaseShare) ? databaseShare.toFixed(2) : '-';
    console.log(
      `${`${bytes / 1000} kB`.padStart(9)}  ${String(count).padStart(8)}  ${name.padEnd(16)}  ${ms.toFixed(2).padStart(6)}` +
        `  ${ratio.toFixed(2).padStart(10)}   ${share}`,
    );
  }
}
