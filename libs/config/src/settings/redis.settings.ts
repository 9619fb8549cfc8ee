import { integer, PEM_FILE, text } from '../kinds/setting-kinds.js';

const HOST_AND_PORT = String.raw`([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?`;
const REDIS_LOGIN = String.raw`://(\S*@)?`;
const SENTINEL_LOGIN = String.raw`sentinel_(username|password)=[^\s@&]*`;
const REDIS_URL = new RegExp(
  [
    String.raw`^rediss?${REDIS_LOGIN}${HOST_AND_PORT}(/\d{0,7})?$`,
    String.raw`^rediss?\+cluster${REDIS_LOGIN}${HOST_AND_PORT}(,${HOST_AND_PORT})*(/0?)?$`,
    String.raw`^rediss?\+sentinel${REDIS_LOGIN}${HOST_AND_PORT}(,${HOST_AND_PORT})*/[^\s/@?]+(/\d{0,7})?` +
      String.raw`(\?${SENTINEL_LOGIN}(&${SENTINEL_LOGIN})?)?$`,
  ].join('|'),
);

/** Redis: cache and rate limits shared by several processes. */
export const redisSettings = {
  url: text({
    name: 'REDIS_URL',
    fallback: undefined,
    pattern: REDIS_URL,
    allowed:
      'redis://user:password@host:6379/0, redis+cluster://:password@a:6379,b:6379 or redis+sentinel://' +
      ':password@a:26379,b:26379/master-name/0?sentinel_password=…; with rediss instead of redis for TLS',
    secret: 'url-credentials',
    description:
      'Redis: one server, some nodes of a cluster, or sentinels and the master they watch. With it (or REDIS_HOST) all ' +
      'processes share one cache and one rate limit; without it each process has its own. While it is down the service ' +
      'goes on without it.',
  }),
  host: text({
    name: 'REDIS_HOST',
    aliases: [{ name: 'SOMA_INFRA__REDIS', note: 'set REDIS_URL or REDIS_HOST instead' }],
    fallback: undefined,
    description: 'Host of one server; wins over the addresses of REDIS_URL.',
  }),
  port: integer({
    name: 'REDIS_PORT',
    fallback: undefined,
    min: 1,
    max: 65_535,
    description: 'Port of one server, 6379 unless set; wins over REDIS_URL.',
  }),
  db: integer({
    name: 'REDIS_DB',
    fallback: undefined,
    min: 0,
    max: 1_000_000,
    description: 'Database number; wins over REDIS_URL. A cluster has only 0.',
  }),
  password: text({
    name: 'REDIS_PASSWORD',
    fallback: undefined,
    secret: 'whole',
    description: 'Password; wins over REDIS_URL.',
  }),
  tlsCaFile: text({
    name: 'REDIS_TLS_CA',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificate authority of Redis, for rediss:// addresses. With REDIS_HOST alone it switches TLS on.',
  }),
  cacheTtlSeconds: integer({
    name: 'SOMA_CACHE_TTL_SECONDS',
    fallback: 300,
    min: 1,
    max: 86_400,
    unit: 's',
    description:
      'How long Redis keeps a large payload that was read. What is served is always checked against PostgreSQL.',
  }),
};
