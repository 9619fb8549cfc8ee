import type { ConfigFindings } from './config-warning.js';
import type { SettingsTree } from './settings-table.js';

/** Checks combinations of settings and adds its findings. */
type Rule = (tree: SettingsTree, isGiven: (name: string) => boolean, findings: ConfigFindings) => void;

const modelSettingsFitTheEmbedder: Rule = ({ embedding }, isGiven, { problems, warnings }) => {
  const needed = (variable: string, what: string) =>
    problems.push({ variable, given: '', allowed: `SOMA_EMBEDDER=${embedding.embedder} needs ${what}` });
  if (embedding.embedder === 'openai') {
    if (!isGiven('SOMA_EMBEDDING_URL'))
      needed('SOMA_EMBEDDING_URL', 'the URL of the endpoint, such as http://127.0.0.1:8080/v1');
    if (!isGiven('SOMA_EMBEDDING_MODEL')) needed('SOMA_EMBEDDING_MODEL', 'the name of the model');
  }
  if (embedding.embedder === 'onnx' && !isGiven('SOMA_EMBEDDING_MODEL_PATH')) {
    needed('SOMA_EMBEDDING_MODEL_PATH', 'the folder of the model');
  }
  if (embedding.embedder === 'hash') {
    for (const variable of ['SOMA_EMBEDDING_URL', 'SOMA_EMBEDDING_MODEL', 'SOMA_EMBEDDING_MODEL_PATH'].filter(
      isGiven,
    )) {
      warnings.push({ kind: 'notice', variable, message: 'has no effect: the embedder is hash (SOMA_EMBEDDER)' });
    }
  }
};

const everyLevelOfDecayHasItsKeys: Rule = ({ lifecycle }, _, { problems }) => {
  const { decayThresholds, decayableKeys } = lifecycle;
  if (decayThresholds.length === decayableKeys.length) return;
  problems.push({
    variable: 'SOMA_DECAYABLE_KEYS_BY_LEVEL',
    given: decayableKeys.join(','),
    allowed: `one level of keys for each of SOMA_DECAY_THRESHOLDS_SECONDS, which are ${decayThresholds.length}`,
  });
};

const certificateAndKeyComeTogether: Rule = ({ database }, _, { problems }) => {
  const { sslCertFile, sslKeyFile } = database;
  if ((sslCertFile === undefined) === (sslKeyFile === undefined)) return;
  const missing = sslCertFile === undefined ? 'POSTGRES_SSL_CERT' : 'POSTGRES_SSL_KEY';
  problems.push({
    variable: missing,
    given: '',
    allowed: 'POSTGRES_SSL_CERT and POSTGRES_SSL_KEY are only useful together',
  });
};

const tlsNeedsAnExternalDatabase: Rule = ({ database }, isGiven, { warnings }) => {
  if (database.url !== undefined) return;
  for (const variable of ['POSTGRES_SSL_MODE', 'POSTGRES_SSL_ROOT_CERT', 'POSTGRES_SSL_CERT'].filter(isGiven)) {
    warnings.push({ kind: 'notice', variable, message: 'has no effect without POSTGRES_URL' });
  }
};

const consumersNeedSharedStores: Rule = ({ kafka, service, database, qdrant }, _, { problems }) => {
  if (kafka.bootstrapServers === undefined || !service.eventingEnabled) return;
  const needs = (variable: string, why: string) =>
    problems.push({
      variable,
      given: '',
      allowed: `needed with KAFKA_BOOTSTRAP_SERVERS: ${why}; or set EVENTING_ENABLED=false`,
    });
  if (database.url === undefined) needs('POSTGRES_URL', 'the consumer works on the same PostgreSQL as the api');
  if (qdrant.url === undefined && qdrant.host === undefined) {
    needs('QDRANT_URL', 'the consumer cannot fill an index that lives in the api process');
  }
};

const saslNeedsALogin: Rule = ({ kafka }, isGiven, { problems, warnings }) => {
  const logsIn = kafka.securityProtocol.startsWith('SASL_');
  for (const variable of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']) {
    if (logsIn && !isGiven(variable)) {
      problems.push({ variable, given: '', allowed: `needed with KAFKA_SECURITY_PROTOCOL=${kafka.securityProtocol}` });
    }
    if (!logsIn && isGiven(variable)) {
      const message = `has no effect with KAFKA_SECURITY_PROTOCOL=${kafka.securityProtocol}`;
      warnings.push({ kind: 'notice', variable, message });
    }
  }
};

const kafkaCertificateAndKeyComeTogether: Rule = ({ kafka }, _, { problems }) => {
  if ((kafka.sslCertFile === undefined) === (kafka.sslKeyFile === undefined)) return;
  const missing = kafka.sslCertFile === undefined ? 'KAFKA_SSL_CERTIFICATE_LOCATION' : 'KAFKA_SSL_KEY_LOCATION';
  problems.push({ variable: missing, given: '', allowed: 'a certificate and its key are only useful together' });
};

const grpcCertificateAndKeyComeTogether: Rule = ({ grpc }, _, { problems }) => {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = grpc;
  const missing = (variable: string, allowed: string) => problems.push({ variable, given: '', allowed });
  if ((tlsCertFile === undefined) !== (tlsKeyFile === undefined)) {
    missing(
      tlsCertFile === undefined ? 'SOMA_GRPC_TLS_CERT' : 'SOMA_GRPC_TLS_KEY',
      'a certificate and its key are only useful together',
    );
  } else if (tlsClientCaFile !== undefined && tlsCertFile === undefined) {
    missing('SOMA_GRPC_TLS_CERT', 'needed with SOMA_GRPC_TLS_CLIENT_CA: clients show certificates over TLS only');
  }
};

const workersNeedSharedStores: Rule = ({ http, database, qdrant, redis }, _, { problems, warnings }) => {
  if (http.workers === 1) return;
  if (database.url === undefined || (qdrant.url === undefined && qdrant.host === undefined)) {
    problems.push({
      variable: 'SOMA_WORKERS',
      given: String(http.workers),
      allowed: '1 without POSTGRES_URL and QDRANT_URL: several processes need stores that they share',
    });
  } else if (redis.url === undefined && redis.host === undefined) {
    const message = 'each process counts rate limits for itself; set REDIS_URL to share them';
    warnings.push({ kind: 'notice', variable: 'SOMA_WORKERS', message });
  }
};

const redisSettingsFitTheAddress: Rule = ({ redis }, isGiven, { problems, warnings }) => {
  const notice = (variable: string, message: string) => {
    if (isGiven(variable)) warnings.push({ kind: 'notice', variable, message: `has no effect: ${message}` });
  };
  const { url, host, db = 0 } = redis;
  if (url === undefined && host === undefined) {
    for (const name of ['REDIS_PORT', 'REDIS_DB', 'REDIS_PASSWORD', 'REDIS_TLS_CA', 'SOMA_CACHE_TTL_SECONDS']) {
      notice(name, 'there is no REDIS_URL or REDIS_HOST');
    }
    return;
  }
  if (url !== undefined && !url.startsWith('rediss')) notice('REDIS_TLS_CA', 'REDIS_URL does not begin with rediss');
  if (host !== undefined || url === undefined) return;
  if (url.includes('+')) notice('REDIS_PORT', 'the nodes in REDIS_URL have ports of their own');
  if (/^rediss?\+cluster/.test(url) && db > 0) {
    problems.push({ variable: 'REDIS_DB', given: String(db), allowed: 'a cluster has only database 0' });
  }
};

const tokenFileWins: Rule = (_, isGiven, { warnings }) => {
  if (isGiven('SOMA_API_TOKEN') && isGiven('SOMA_API_TOKEN_FILE')) {
    warnings.push({
      kind: 'notice',
      variable: 'SOMA_API_TOKEN',
      message: 'ignored: SOMA_API_TOKEN_FILE is set and wins',
    });
  }
};

const issuerNeedsAnAudience: Rule = ({ oidc }, isGiven, { problems, warnings }) => {
  const { issuer, audiences } = oidc;
  if (issuer !== undefined && audiences.length === 0) {
    problems.push({
      variable: 'SOMA_OIDC_AUDIENCE',
      given: '',
      allowed: 'SOMA_OIDC_ISSUER needs it: tokens that the issuer signs for others are none for this service',
    });
  }
  if (issuer !== undefined) return;
  for (const variable of ['SOMA_OIDC_AUDIENCE', 'SOMA_OIDC_JWKS_URL'].filter(isGiven)) {
    warnings.push({ kind: 'notice', variable, message: 'has no effect without SOMA_OIDC_ISSUER' });
  }
};

export const SETTING_RULES: readonly Rule[] = [
  modelSettingsFitTheEmbedder,
  everyLevelOfDecayHasItsKeys,
  certificateAndKeyComeTogether,
  tlsNeedsAnExternalDatabase,
  consumersNeedSharedStores,
  saslNeedsALogin,
  kafkaCertificateAndKeyComeTogether,
  grpcCertificateAndKeyComeTogether,
  workersNeedSharedStores,
  redisSettingsFitTheAddress,
  tokenFileWins,
  issuerNeedsAnAudience,
];
