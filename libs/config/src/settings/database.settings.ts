import { integer, oneOf, PEM_FILE, text, url } from '../kinds/setting-kinds.js';

/** PostgreSQL, the truth. Without POSTGRES_URL the service runs its own in the data folder. */
export const databaseSettings = {
  url: url({
    name: 'POSTGRES_URL',
    schemes: ['postgresql', 'postgres'],
    fallback: undefined,
    description:
      'PostgreSQL 15 or newer to use instead of the embedded one, as postgresql://user:password@host:5432/database. ' +
      'A plain user that may create tables in the database is enough.',
  }),
  directUrl: url({
    name: 'POSTGRES_DIRECT_URL',
    schemes: ['postgresql', 'postgres'],
    fallback: undefined,
    description:
      'The PostgreSQL itself where POSTGRES_URL leads to a pooler such as PgBouncer in transaction mode. Locks, notifications, ' +
      'migrations, backups and the administration by soma go there, because they need a session of their own.',
  }),
  sslMode: oneOf({
    name: 'POSTGRES_SSL_MODE',
    values: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
    fallback: undefined,
    description: 'How TLS to PostgreSQL is asked for and checked; wins over sslmode in the URL.',
  }),
  sslRootCertFile: text({
    name: 'POSTGRES_SSL_ROOT_CERT',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificates of the authorities PostgreSQL may be signed by.',
  }),
  sslCertFile: text({
    name: 'POSTGRES_SSL_CERT',
    fallback: undefined,
    allowed: `${PEM_FILE}, together with POSTGRES_SSL_KEY`,
    description: 'Certificate that this service shows to PostgreSQL.',
  }),
  sslKeyFile: text({
    name: 'POSTGRES_SSL_KEY',
    fallback: undefined,
    allowed: `${PEM_FILE}, together with POSTGRES_SSL_CERT`,
    description: 'Private key of that certificate.',
  }),
  poolSize: integer({
    name: 'POSTGRES_POOL_SIZE',
    fallback: 15,
    min: 2,
    max: 500,
    unit: 'connections',
    description: 'Connections one process may open to PostgreSQL.',
  }),
  statementTimeoutMs: integer({
    name: 'POSTGRES_STATEMENT_TIMEOUT_MS',
    fallback: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description:
      'Longest time of one statement before PostgreSQL cancels it; two seconds more where it hangs. Migrations have no limit.',
  }),
  connectTimeoutMs: integer({
    name: 'POSTGRES_CONNECT_TIMEOUT_MS',
    fallback: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    description:
      'Longest wait for one connection, free or new. A request may need several; SOMA_REQUEST_TIMEOUT_MS bounds them all.',
  }),
  writeBatchSize: integer({
    name: 'SOMA_WRITE_BATCH_SIZE',
    fallback: 64,
    min: 1,
    max: 1000,
    unit: 'writes',
    description:
      'Most single writes of concurrent requests that are committed together. 1: each has a transaction of its own.',
  }),
};
