/**
 * A variable that is documented elsewhere but is not one of our settings.
 * `ignored`: gives a notice when present. `refused`: prevents the start. `elsewhere`: belongs to another tool that shares
 * our environment (compose, tests) and is silently ignored.
 */
export interface RetiredSetting {
  readonly name: string;
  readonly fate: 'ignored' | 'refused' | 'elsewhere';
  readonly reason: string;
  /** Restricts the fate to some texts. Default: every non-empty text. */
  readonly when?: (value: string) => boolean;
}

const ignored = (name: string, reason: string): RetiredSetting => ({ name, fate: 'ignored', reason });
const elsewhere = (name: string, reason: string): RetiredSetting => ({ name, fate: 'elsewhere', reason });

const NOT_CONTACTED = 'no such server is contacted';
const COMPOSE = 'read by docker compose, not by the service';
const IMAGES = "read by the images' entrypoint, not by the service";
const TESTS = 'read by test suites, not by the service';

export const RETIRED_SETTINGS: readonly RetiredSetting[] = [
  {
    name: 'SOMA_INFRA__POSTGRES',
    fate: 'refused',
    reason:
      'a host alone names no database and no user, and memories would go to the embedded PostgreSQL instead; set POSTGRES_URL',
  },
  ignored('SOMA_INFRA__VAULT', `${NOT_CONTACTED}; give secrets as variables or SOMA_API_TOKEN_FILE`),
  ignored('SOMA_INFRA__OPA', `${NOT_CONTACTED}; access is decided by the bearer token alone`),
  ignored('SOMA_INFRA__AUTH', `${NOT_CONTACTED}; an issuer of tokens is named by SOMA_OIDC_ISSUER`),
  ignored('SOMA_INFRA__ETCD', NOT_CONTACTED),
  ignored('SOMA_INFRA__PROMETHEUS', `${NOT_CONTACTED}; Prometheus reads /metrics`),
  ignored('SOMA_INFRA__JAEGER', `${NOT_CONTACTED}; set OTEL_EXPORTER_OTLP_ENDPOINT to send traces to a collector`),
  ignored('SOMA_LANGFUSE_PUBLIC', 'nothing is sent to Langfuse'),
  ignored('SOMA_LANGFUSE_SECRET', 'nothing is sent to Langfuse'),
  ignored('SOMA_LANGFUSE_HOST', 'nothing is sent to Langfuse'),
  ignored('SFM_FAST_CORE', 'recall always uses an index and applies filters before cutting to top_k'),
  ignored('SOMA_FAST_START', 'the service starts fast by itself; choose the embedder with SOMA_EMBEDDER'),
  elsewhere('SOMA_SKIP_DEP_WAIT', IMAGES),
  elsewhere('SOMA_DEP_WAIT_SECONDS', IMAGES),
  ignored('START_ASYNC_GRPC', 'gRPC is always served beside HTTP, unless SOMA_GRPC_ENABLED=false'),
  ignored('UVICORN_APP', 'the service is not a Python application; start it with npm start'),
  {
    name: 'UVICORN_EXTRA_ARGS',
    fate: 'refused',
    reason: 'flags of another server cannot be followed; use the SOMA_* settings',
  },
  ignored('SKIP_SCHEMA_VALIDATION', 'events are always validated'),
  ignored('VECTOR_INDEX_ASYNC', 'the index is always updated after the commit, and recall sees every write at once'),
  elsewhere('POSTGRES_HOST_PORT', COMPOSE),
  elsewhere('REDIS_HOST_PORT', COMPOSE),
  elsewhere('QDRANT_HOST_PORT', COMPOSE),
  elsewhere('KAFKA_HOST_PORT', COMPOSE),
  elsewhere('KAFKA_OUTSIDE_PORT', COMPOSE),
  elsewhere('API_HOST_PORT', COMPOSE),
  elsewhere('GRPC_HOST_PORT', COMPOSE),
  elsewhere('COMPOSE_PROJECT_NAME', COMPOSE),
  elsewhere('USE_REAL_INFRA', TESTS),
  elsewhere('USE_LIVE_INFRA', TESTS),
  elsewhere('SOMA_TEST_API_BASE_URL', TESTS),
];
