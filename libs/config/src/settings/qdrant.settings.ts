import { flag, integer, list, PEM_FILE, text, url } from '../kinds/setting-kinds.js';

const FIELD = /^[^\s,]{1,128}$/;

/** Qdrant: the vector index as a server. */
export const qdrantSettings = {
  url: url({
    name: 'QDRANT_URL',
    schemes: ['http', 'https'],
    fallback: undefined,
    description:
      'Qdrant REST address; wins over host and port. With it the vector index lives in Qdrant, and any number of ' +
      'processes may serve from one POSTGRES_URL; without it the index lives in the process.',
  }),
  host: text({
    name: 'QDRANT_HOST',
    aliases: [{ name: 'SOMA_INFRA__QDRANT', note: 'set QDRANT_URL or QDRANT_HOST instead' }],
    fallback: undefined,
    description: 'Host of Qdrant.',
  }),
  port: integer({
    name: 'QDRANT_PORT',
    fallback: 6333,
    min: 1,
    max: 65_535,
    description: 'REST port of Qdrant.',
  }),
  apiKey: text({
    name: 'QDRANT_API_KEY',
    fallback: undefined,
    secret: 'whole',
    description: 'API key of Qdrant.',
  }),
  tls: flag({ name: 'QDRANT_TLS', fallback: false, description: 'Use https with host and port.' }),
  tlsCertFile: text({
    name: 'QDRANT_TLS_CERT',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificate authority of Qdrant.',
  }),
  timeoutMs: integer({
    name: 'QDRANT_TIMEOUT_MS',
    fallback: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    description:
      'Longest wait for one answer of Qdrant, tries included: less while it is known to hang, more for rebuilds and snapshots. Recall then goes on without vectors and says so.',
  }),
  sharedCollection: text({
    name: 'QDRANT_SHARED_COLLECTION',
    fallback: undefined,
    pattern: /^[A-Za-z0-9_-]{1,100}$/,
    allowed: '1 to 100 letters, digits, "_" or "-"',
    description:
      'Keep all namespaces in one collection of this name, told apart by a tenant index: for very many small ' +
      'namespaces. Empty: each namespace has a collection of its own.',
  }),
  indexedFields: list({
    name: 'QDRANT_INDEXED_FIELDS',
    fallback: [],
    allowed: 'a comma list of payload fields such as user_id,meta.lang; or none',
    item: (field) => (FIELD.test(field) ? field : undefined),
    description:
      'Further payload fields to index for tools that query Qdrant themselves; filters of recall need none of them.',
  }),
  collection: text({
    name: 'QDRANT_COLLECTION',
    fallback: undefined,
    description:
      'Additional collection that receives the points of every namespace; each namespace has its own anyway.',
  }),
  extraCollection: text({
    name: 'QDRANT_EXTRA_COLLECTION',
    fallback: undefined,
    description: 'One more collection that receives every point.',
  }),
};
