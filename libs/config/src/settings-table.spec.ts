import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { renderConfigurationDocs } from './configuration-docs.js';
import { withLimits } from './limits-docs.js';
import { RETIRED_SETTINGS } from './retired-settings.js';
import type { Setting } from './kinds/setting.js';
import { forEachSetting } from './settings-table.js';

// What operators of the reference implementation set, from its code, chart, compose file and documents.
const REFERENCE_VARIABLES = `
  MEMORY_MODE SOMA_MEMORY_NAMESPACE SOMA_NAMESPACE SOMA_API_TOKEN SOMA_API_TOKEN_FILE SOMA_RATE_LIMIT_MAX
  SOMA_RATE_LIMIT_WINDOW_SECONDS SOMA_MAX_REQUEST_BODY_MB SOMA_CORS_ORIGINS SOMA_MAX_MEMORY_SIZE
  SOMA_PRUNING_INTERVAL_SECONDS SOMA_VECTOR_DIM MEMORY_VECTOR_DIM SOMA_MODEL_NAME SOMA_FORCE_HASH_EMBEDDINGS
  SOMA_HYBRID_RECALL_DEFAULT SFM_FAST_CORE SOMA_API_PORT SOMA_GRPC_PORT
  SOMA_INFRA__REDIS SOMA_INFRA__KAFKA SOMA_INFRA__QDRANT SOMA_INFRA__POSTGRES SOMA_INFRA__VAULT SOMA_INFRA__OPA
  SOMA_INFRA__AUTH SOMA_INFRA__ETCD SOMA_INFRA__PROMETHEUS SOMA_INFRA__JAEGER
  SOMA_LANGFUSE_PUBLIC SOMA_LANGFUSE_SECRET SOMA_LANGFUSE_HOST
  POSTGRES_URL POSTGRES_SSL_MODE POSTGRES_SSL_ROOT_CERT POSTGRES_SSL_CERT POSTGRES_SSL_KEY
  REDIS_URL REDIS_HOST REDIS_PORT REDIS_DB QDRANT_URL QDRANT_HOST QDRANT_PORT QDRANT_TLS QDRANT_TLS_CERT
  QDRANT_COLLECTION QDRANT_EXTRA_COLLECTION EVENTING_ENABLED KAFKA_BOOTSTRAP_SERVERS KAFKA_SECURITY_PROTOCOL
  KAFKA_SSL_CA_LOCATION KAFKA_SASL_MECHANISM KAFKA_SASL_USERNAME KAFKA_SASL_PASSWORD KAFKA_MEMORY_EVENTS_TOPIC
  KAFKA_CONSUMER_GROUP CONSUMER_METRICS_PORT LOG_LEVEL
  UVICORN_APP UVICORN_HOST UVICORN_PORT UVICORN_WORKERS UVICORN_BACKLOG UVICORN_TIMEOUT_KEEP_ALIVE
  UVICORN_TIMEOUT_GRACEFUL UVICORN_EXTRA_ARGS SOMA_FAST_START SOMA_SKIP_DEP_WAIT START_ASYNC_GRPC
  OTEL_TRACES_EXPORTER OTEL_EXPORTER_OTLP_ENDPOINT POSTGRES_POOL_SIZE SKIP_SCHEMA_VALIDATION VECTOR_INDEX_ASYNC
  SOMA_RATE_MAX POSTGRES_HOST_PORT REDIS_HOST_PORT QDRANT_HOST_PORT KAFKA_HOST_PORT KAFKA_OUTSIDE_PORT
  COMPOSE_PROJECT_NAME USE_REAL_INFRA USE_LIVE_INFRA SOMA_TEST_API_BASE_URL
`;

const settings: Setting<unknown>[] = [];
forEachSetting((setting) => settings.push(setting));
const names = [
  ...settings.flatMap(({ name, aliases }) => [name, ...aliases.map((alias) => alias.name)]),
  ...RETIRED_SETTINGS.map(({ name }) => name),
];

describe('the table of settings', () => {
  it('decides on every variable the reference documents', () => {
    const undecided = REFERENCE_VARIABLES.trim()
      .split(/\s+/)
      .filter((name) => !names.includes(name));
    expect(undecided).toEqual([]);
  });

  it('uses every name once', () => {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it.each(settings.map((setting) => [setting.name, setting] as const))('has a sound row for %s', (name, setting) => {
    expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(setting.description).toMatch(/\.$/);
    expect(setting.allowed.length).toBeGreaterThan(5);
    const written = setting.format(setting.fallback);
    if (written !== '') expect(setting.schema.parse(written)).toEqual(setting.fallback);
  });

  it('masks what is called a token, key, password or secret', () => {
    const secrets = settings.filter(({ name }) => /(TOKEN|API_KEY|PASSWORD|SECRET)$/.test(name));
    expect(secrets.map(({ name }) => name).sort()).toEqual([
      'KAFKA_SASL_PASSWORD',
      'QDRANT_API_KEY',
      'REDIS_PASSWORD',
      'SOMA_API_TOKEN',
      'SOMA_EMBEDDING_API_KEY',
    ]);
    expect(secrets.every(({ secret }) => secret === 'whole')).toBe(true);
  });
});

describe('docs/CONFIGURATION.md', () => {
  it('is what the table renders to', () => {
    const page = readFileSync(new URL('../../../docs/CONFIGURATION.md', import.meta.url), 'utf8');
    expect(page).toBe(renderConfigurationDocs());
  });

  it('names every variable', () => {
    const page = renderConfigurationDocs();
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const page = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');

  it('states the limits that the settings set', () => {
    expect(page).toBe(withLimits(page));
  });

  it.each([...names.filter((name) => /^SOMA_(?:MAX_(?!MEMORY)|RATE_LIMIT)/.test(name)), 'SOMA_REQUEST_TIMEOUT_MS'])(
    'states %s',
    (name) => {
      expect(withLimits(page)).toMatch(new RegExp(`\\d [A-Za-z]+ +\\| \`${name}\``));
    },
  );

  it('would be refused without a place for them', () => {
    expect(() => withLimits('# Security')).toThrow('no place for the limits');
  });
});
