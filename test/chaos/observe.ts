import { Redis } from 'ioredis';
import pg from 'pg';
import type { Cluster } from './cluster.js';
import type { ObservedEvent, ObservedMemory, ObservedPoint, ObservedState } from './invariants.js';
import type { ObservedLink, ObservedLinkEvent, ObservedLinks } from './link-journal.js';

const SCROLL_PAGE = 2000;
const SCAN_PAGE = 1000;
const WRITE_WORD = /mark(\d+)q/g;

/** Reads what the stores hold of a namespace, past the service. */
export async function observe(cluster: Cluster, namespace: string): Promise<ObservedState> {
  const [truth, points, cachedWrites] = await Promise.all([
    readTruth(cluster, namespace),
    readPoints(cluster.qdrant.url, namespace),
    readCachedWrites(cluster.redis.url, namespace),
  ]);
  return { ...truth, points, cachedWrites };
}

/** One query of the truth, on a connection of its own: the server may have been restarted since the last. */
export async function queryTruth<T extends pg.QueryResultRow>(
  cluster: Cluster,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: cluster.postgres.url, connectionTimeoutMillis: 3000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readTruth(cluster: Cluster, namespace: string): Promise<Pick<ObservedState, 'memories' | 'events'>> {
  const memories = await queryTruth<ObservedMemory>(
    cluster,
    `SELECT coordinate_key AS key, version, indexed_version AS "indexedVersion", deleted_at IS NOT NULL AS "isDeleted",
       (payload->>'write')::int AS write, embedding IS NOT NULL AS "hasEmbedding"
     FROM memories WHERE namespace = $1`,
    [namespace],
  );
  const events = await queryTruth<ObservedEvent>(
    cluster,
    `SELECT coordinate_key AS key, version, type, (payload->>'write')::int AS write
     FROM memory_events WHERE namespace = $1 AND type NOT IN ('linked', 'unlinked')`,
    [namespace],
  );
  return { memories, events };
}

/** Reads the links of a namespace, and what the ledger says of them, oldest first. */
export async function observeLinks(cluster: Cluster, namespace: string): Promise<ObservedLinks> {
  const links = await queryTruth<ObservedLink>(
    cluster,
    `SELECT from_key || '-' || split_part(to_key, ',', 1) AS link, weight AS step, version FROM memory_links WHERE namespace = $1`,
    [namespace],
  );
  const linkEvents = await queryTruth<ObservedLinkEvent>(
    cluster,
    `SELECT coordinate_key || '-' || (payload->'to'->>0) AS link, type, (payload->>'weight')::int AS step,
       (payload->>'version')::int AS version
     FROM memory_events WHERE namespace = $1 AND type IN ('linked', 'unlinked') ORDER BY seq`,
    [namespace],
  );
  return { links, linkEvents };
}

interface ScrollPage {
  readonly result: {
    readonly points: readonly { readonly payload: { readonly __sfm: ObservedPoint } }[];
    readonly next_page_offset: string | number | null;
  };
}

async function readPoints(url: string, namespace: string): Promise<ObservedPoint[]> {
  const points: ObservedPoint[] = [];
  let offset: string | number | null | undefined;
  while (offset !== null) {
    const response = await fetch(`${url}/collections/${namespace}/points/scroll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        limit: SCROLL_PAGE,
        with_payload: ['__sfm'],
        ...(offset === undefined ? {} : { offset }),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`scrolling ${namespace} answered ${response.status}: ${text}`);
    const { result } = JSON.parse(text) as ScrollPage;
    points.push(...result.points.map(({ payload: { __sfm: own } }) => ({ key: own.key, version: own.version })));
    offset = result.next_page_offset;
  }
  return points;
}

/** The writes whose text stands anywhere in Redis under a key of the namespace, whatever the layout of the cache is. */
/** The writes whose payloads are in Redis. */
export async function readCachedWrites(url: string, namespace: string): Promise<ReadonlySet<number>> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    const writes = new Set<number>();
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `*${namespace}*`, 'COUNT', SCAN_PAGE);
      cursor = next;
      for (const content of await Promise.all(keys.map((key) => contentOf(redis, key)))) {
        for (const [, write] of content.matchAll(WRITE_WORD)) writes.add(Number(write));
      }
    } while (cursor !== '0');
    return writes;
  } finally {
    redis.disconnect();
  }
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  if (type === 'string') return (await redis.get(key)) ?? '';
  if (type === 'hash') return Object.values(await redis.hgetall(key)).join('\n');
  if (type === 'none' || type === 'zset') return '';
  throw new Error(`the cache has a key of type ${type} that this check cannot read: ${key}`);
}
