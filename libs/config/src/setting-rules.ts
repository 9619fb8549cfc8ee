import type { ConfigFindings } from './config-warning.js';
import type { SettingsTree } from './settings-table.js';

/** What some settings mean together: adds what it finds. */
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

const brokersAreRefusedWhileEventsStayInside: Rule = ({ kafka, service }, isGiven, { problems }) => {
  if (!isGiven('KAFKA_BOOTSTRAP_SERVERS') || !service.eventingEnabled) return;
  problems.push({
    variable: 'KAFKA_BOOTSTRAP_SERVERS',
    given: kafka.bootstrapServers ?? '',
    allowed:
      'refused: this version delivers events inside the process only, so no message would reach the broker and whoever ' +
      'reads from it; remove the setting, or set EVENTING_ENABLED=false. The ledger in PostgreSQL keeps every event',
  });
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

export const SETTING_RULES: readonly Rule[] = [
  modelSettingsFitTheEmbedder,
  certificateAndKeyComeTogether,
  tlsNeedsAnExternalDatabase,
  brokersAreRefusedWhileEventsStayInside,
  tokenFileWins,
];
