import type { ConnectionProblem, TruthWording } from '@sfm/composition';

const ADVICE: Readonly<Record<ConnectionProblem, string>> = {
  'encryption required':
    'it takes encrypted connections only (or none from here): set POSTGRES_SSL_MODE to require, verify-ca or verify-full',
  'encryption not offered':
    'it does not encrypt: enable ssl on the server, or set POSTGRES_SSL_MODE to prefer or disable',
  'server certificate untrusted':
    'its certificate is not signed by an authority that is trusted: set POSTGRES_SSL_ROOT_CERT to the PEM file of the authority',
  'server certificate expired': 'its certificate has expired: renew it on the server',
  'server certificate of another host':
    'its certificate is for another host name: use that name in POSTGRES_URL, or check the authority only with POSTGRES_SSL_MODE=verify-ca',
  'client certificate required': 'it wants a certificate from its clients: set POSTGRES_SSL_CERT and POSTGRES_SSL_KEY',
  'client certificate refused':
    'it refuses the certificate of POSTGRES_SSL_CERT: it must be signed by an authority the server trusts, with the role as its common name',
  'login refused': 'it refuses the login: check user and password in POSTGRES_URL and the pg_hba.conf of the server',
  'database missing': 'the database of POSTGRES_URL does not exist there: create it',
};

/** Messages about problems with the PostgreSQL of `POSTGRES_URL`, and which setting to change. */
export const SETTINGS_WORDING: TruthWording = {
  waiting: (reason) => `waiting for the PostgreSQL of POSTGRES_URL: ${reason}`,
  unreachable: (reason) => `the PostgreSQL of POSTGRES_URL cannot be reached (${reason}); start it or correct the URL`,
  refused: (reason, problem) => `the PostgreSQL of POSTGRES_URL refused us (${reason}); ${ADVICE[problem]}`,
  inUse: (holder, location) =>
    `another SomaFractalMemory${holder} serves the ${location}. An index that lives in its process ` +
    'allows no second one: stop it first, use another database, or give all of them one QDRANT_URL.',
  pooled: (isDirect) =>
    isDirect
      ? 'POSTGRES_DIRECT_URL leads to a pooler such as PgBouncer: it must be the address of the PostgreSQL itself'
      : 'POSTGRES_URL leads to a pooler such as PgBouncer: set POSTGRES_DIRECT_URL to the address of the PostgreSQL itself, ' +
        'for locks, notifications and migrations, which need a session of their own',
};
