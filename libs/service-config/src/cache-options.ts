import { parseRedisUrl, type CacheOptions, type RedisOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

type RedisAddress = RedisOptions['address'];

const DEFAULT_PORT = 6379;

/** Returns the cache options from the configuration: shared when a Redis address is set. */
export function cacheOptions({ redis }: AppConfig): CacheOptions {
  const { url, host, tlsCaFile } = redis;
  if (url === undefined && host === undefined) return {};
  const given: RedisAddress =
    url === undefined
      ? {
          place: { kind: 'single', node: { host: host ?? '', port: DEFAULT_PORT } },
          db: 0,
          tls: tlsCaFile !== undefined,
        }
      : parseRedisUrl(url);
  return {
    redis: {
      address: {
        ...given,
        place: placeOf(given, redis),
        db: redis.db ?? given.db,
        ...(redis.password === undefined ? {} : { password: redis.password }),
      },
      ttlMs: redis.cacheTtlSeconds * 1000,
      ...(tlsCaFile === undefined ? {} : { tlsCaFile }),
    },
  };
}

/** A separately set host overrides every address of the URL; a separately set port, that of a single server. */
function placeOf({ place }: RedisAddress, { host, port }: AppConfig['redis']): RedisAddress['place'] {
  const single = place.kind === 'single' ? place.node : undefined;
  if (host === undefined && single === undefined) return place;
  const node = { host: host ?? single?.host ?? '', port: port ?? single?.port ?? DEFAULT_PORT };
  return { kind: 'single', node };
}
