import { describe, expect, it } from '@jest/globals';
import { describeEffectiveConfig } from './app-config.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import type { Environment } from './environment.js';
import { loadConfig, type ReadFile } from './load-config.js';

const noFiles: ReadFile = (path) => {
  throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
};
const files =
  (contents: Record<string, string>): ReadFile =>
  (path) =>
    contents[path] ?? noFiles(path);
const load = (environment: Environment, readFile = noFiles) => loadConfig(environment, readFile);

function problemsOf(environment: Environment, readFile = noFiles): readonly ConfigProblem[] {
  try {
    load(environment, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
const warningsOf = (environment: Environment) =>
  load(environment).warnings.map(({ kind, variable, message }) => `${kind} ${variable}: ${message}`);

describe('the configuration without any variable', () => {
  it('is whole, listens on this machine only and warns of nothing', () => {
    const config = load({});
    expect(config.http).toMatchObject({
      host: '127.0.0.1',
      port: 9595,
      corsOrigins: [],
      maxBodyBytes: 5 * 1024 * 1024,
    });
    expect(config.service).toMatchObject({ mode: 'evented_enterprise', dataDir: './data', namespace: 'api_ns' });
    expect(config.rateLimit).toEqual({ max: 60, windowSeconds: 60 });
    expect(config.embedding).toMatchObject({ embedder: 'hash', dimension: 768 });
    expect(config.limits).toMatchObject({ bulkItems: 1000, payloadDepth: 32, coordinateDimensions: 64, topK: 1000 });
    expect(config.database.url).toBeUndefined();
    expect(config.auth).toEqual({ token: undefined, tokenFile: undefined, publicStats: false });
    expect(config.warnings).toEqual([]);
    expect(config.sources.size).toBe(0);
  });

  it('is the same when every variable is blank', () => {
    expect(load({ SOMA_API_PORT: '', SOMA_API_TOKEN: '  ', SOMA_CORS_ORIGINS: '' })).toEqual(load({}));
  });
});

describe('the levels of decay', () => {
  const levels = (thresholds: string, keys: string) => ({
    SOMA_DECAY_THRESHOLDS_SECONDS: thresholds,
    SOMA_DECAYABLE_KEYS_BY_LEVEL: keys,
  });

  it('are read with their keys', () => {
    expect(load(levels('10, 100', 'raw+log,embedding_input')).lifecycle).toMatchObject({
      decayThresholds: ['10', '100'],
      decayableKeys: ['raw+log', 'embedding_input'],
    });
  });

  it.each([
    ['10', 'a,b'],
    ['10,100', 'a'],
    ['10', 'none'],
    ['-1', 'a'],
    ['1.5', 'a'],
    ['9999999999', 'a'],
    ['10', 'a++b'],
  ])('are refused as %s with %s', (thresholds, keys) => {
    expect(problemsOf(levels(thresholds, keys)).map(({ variable }) => variable)).toContainEqual(
      expect.stringMatching(/^SOMA_DECAY/),
    );
  });
});

describe('reading values', () => {
  it('scales units to what the code uses', () => {
    const { http, service } = load({
      SOMA_MAX_REQUEST_BODY_MB: '0.5',
      SOMA_HTTP_KEEP_ALIVE_SECONDS: '2',
      SOMA_SHUTDOWN_TIMEOUT_SECONDS: '1.5',
    });
    expect(http.maxBodyBytes).toBe(512 * 1024);
    expect(http.keepAliveTimeoutMs).toBe(2000);
    expect(service.shutdownTimeoutMs).toBe(1500);
  });

  it('keeps an absolute ceiling on bodies when the limit is lifted', () => {
    expect(load({ SOMA_MAX_REQUEST_BODY_MB: '0' }).http.maxBodyBytes).toBe(256 * 1024 * 1024);
    expect(load({ SOMA_MAX_REQUEST_BODY_MB: '-1' }).http.maxBodyBytes).toBe(256 * 1024 * 1024);
    expect(problemsOf({ SOMA_MAX_REQUEST_BODY_MB: '257' })).toHaveLength(1);
  });

  it.each(['0', '-5'])('switches the rate limit off with %s', (value) => {
    expect(load({ SOMA_RATE_LIMIT_MAX: value }).rateLimit.max).toBe(0);
    expect(load({ SOMA_RATE_LIMIT_WINDOW_SECONDS: value }).rateLimit.windowSeconds).toBe(0);
  });

  it.each([
    ['1', true],
    ['TRUE', true],
    ['yes', true],
    ['On', true],
    ['0', false],
    ['false', false],
    ['no', false],
    ['OFF', false],
  ])('reads the flag %s as %s', (given, expected) => {
    expect(load({ SOMA_PUBLIC_STATS: given }).auth.publicStats).toBe(expected);
  });

  it.each([
    ['WARNING', 'warn'],
    ['CRITICAL', 'fatal'],
    ['INFO', 'info'],
    ['debug', 'debug'],
  ])('understands the log level %s', (given, expected) => {
    expect(load({ LOG_LEVEL: given }).logging.level).toBe(expected);
  });

  it('reads lists without blanks and doubles, and `none` as the empty list', () => {
    const { context } = load({ SOMA_SESSION_FIELDS: 'chat, meta.thread ,chat', SOMA_TIME_FIELDS: 'none' });
    expect(context.sessionFields).toEqual(['chat', 'meta.thread']);
    expect(context.timeFields).toEqual([]);
  });

  it('brings CORS origins to the form browsers send', () => {
    expect(load({ SOMA_CORS_ORIGINS: 'https://a.example/, http://b.example:8080' }).http.corsOrigins).toEqual([
      'https://a.example',
      'http://b.example:8080',
    ]);
    expect(problemsOf({ SOMA_CORS_ORIGINS: 'https://a.example/path' })).toHaveLength(1);
    expect(problemsOf({ SOMA_CORS_ORIGINS: 'a.example' })).toHaveLength(1);
  });

  it('takes proxies as addresses, networks and the names of networks, and nothing that would trust too many', () => {
    const proxies = (text: string) => load({ SOMA_TRUSTED_PROXIES: text }).http.trustedProxies;
    expect(load({}).http.trustedProxies).toEqual([]);
    expect(proxies('10.0.0.7, 192.168.0.0/16,fd00::/8,Loopback')).toEqual([
      '10.0.0.7',
      '192.168.0.0/16',
      'fd00::/8',
      'loopback',
    ]);
    for (const wrong of [
      'true',
      '*',
      '1',
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0.0/',
      '::/129',
      '10.0.0.0/8/8',
      ',',
    ]) {
      expect([wrong, problemsOf({ SOMA_TRUSTED_PROXIES: wrong }).length]).toEqual([wrong, 1]);
    }
  });

  it('forces the hash embedder over another choice and says so', () => {
    const environment = { SOMA_FORCE_HASH_EMBEDDINGS: '1', SOMA_EMBEDDER: 'openai' };
    expect(load(environment).embedding.embedder).toBe('hash');
    expect(warningsOf(environment).join()).toContain('SOMA_FORCE_HASH_EMBEDDINGS is on and wins');
  });
});

describe('problems', () => {
  it('are all reported at once, each with the variable, what was given and what is allowed', () => {
    const problems = problemsOf({
      SOMA_API_PORT: 'ninety',
      SOMA_VECTOR_DIM: '7',
      SOMA_EMBEDDER: 'magic',
      SOMA_MEMORY_NAMESPACE: 'a\tb',
      POSTGRES_URL: 'mysql://root:hunter2@db/x',
      SOMA_PUBLIC_STATS: 'maybe',
      SOMA_MAX_TOP_K: '10.5',
    });
    expect(problems.map(({ variable }) => variable)).toEqual([
      'SOMA_MEMORY_NAMESPACE',
      'SOMA_API_PORT',
      'SOMA_PUBLIC_STATS',
      'SOMA_MAX_TOP_K',
      'POSTGRES_URL',
      'SOMA_EMBEDDER',
      'SOMA_VECTOR_DIM',
    ]);
    expect(problems[1]).toEqual({
      variable: 'SOMA_API_PORT',
      given: 'ninety',
      allowed: 'must be a whole number from 0 to 65535',
    });
    const { message } = new ConfigError(problems);
    expect(message).toContain('7 problems');
    expect(message).toContain('SOMA_EMBEDDER=magic: must be one of: hash, openai, onnx');
    expect(message).not.toContain('hunter2');
  });

  it('name the old variable when that is what was given', () => {
    expect(problemsOf({ UVICORN_PORT: 'x' })).toMatchObject([{ variable: 'UVICORN_PORT', given: 'x' }]);
  });

  it.each([
    ['SOMA_API_TOKEN', 'two words'],
    ['SOMA_EMBEDDING_API_KEY', 'key with blanks'],
    ['POSTGRES_URL', 'user:s3cret@host'],
    ['POSTGRES_URL', 'postgresql://user:s3cret'],
    ['SOMA_EMBEDDING_URL', 'ftp://user:s3cret@host'],
    ['REDIS_URL', 'redis://user:s3cret@:port'],
  ])('never show the secret in %s', (variable, value) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toMatch(/s3cret|two words|with blanks/);
  });

  it('name what the chosen embedder needs', () => {
    expect(problemsOf({ SOMA_EMBEDDER: 'openai' }).map(({ variable }) => variable)).toEqual([
      'SOMA_EMBEDDING_URL',
      'SOMA_EMBEDDING_MODEL',
    ]);
    expect(problemsOf({ SOMA_EMBEDDER: 'onnx' })).toMatchObject([{ variable: 'SOMA_EMBEDDING_MODEL_PATH' }]);
  });

  it('report certificate files that cannot be read and a certificate without its key', () => {
    const problems = problemsOf({ POSTGRES_URL: 'postgres://h/d', POSTGRES_SSL_CERT: '/no/cert.pem' });
    expect(problems).toEqual([
      { variable: 'POSTGRES_SSL_CERT', given: '/no/cert.pem', allowed: 'this file cannot be read (ENOENT)' },
      expect.objectContaining({ variable: 'POSTGRES_SSL_KEY' }),
    ]);
  });
});

describe('the token', () => {
  it('comes from the file when one is named, without the blanks around it', () => {
    const config = load(
      { SOMA_API_TOKEN: 'from-variable', SOMA_API_TOKEN_FILE: '/run/token' },
      files({ '/run/token': ' from-file\n' }),
    );
    expect(config.auth.token).toBe('from-file');
    expect(config.sources.get('SOMA_API_TOKEN')).toBe('SOMA_API_TOKEN_FILE');
    expect(config.warnings).toMatchObject([{ kind: 'notice', variable: 'SOMA_API_TOKEN' }]);
  });

  const OLD = 'old-token-of-root';
  const NEW = 'new-token-of-root';

  it.each([
    ['commas', { SOMA_API_TOKEN: ` ${NEW} , ${OLD},` }, {}],
    ['line breaks', { SOMA_API_TOKEN: `${NEW}\n${OLD}` }, {}],
    ['lines of the file', { SOMA_API_TOKEN_FILE: '/run/token' }, { '/run/token': `${NEW}\r\n\n${OLD}\n` }],
  ])('may be several between %s, so that one can be replaced while the other is valid', (_, environment, contents) => {
    const { auth } = load(environment, files(contents));
    expect(auth).toMatchObject({ tokens: [NEW, OLD], token: NEW });
  });

  it.each([
    'a,b',
    `${NEW},short`,
    'one two,three four five six',
    ',',
    Array(11)
      .fill(NEW)
      .map((t, n) => t + n)
      .join(),
  ])('is refused when it reads like a list and is none of long tokens: %s', (given) => {
    expect(problemsOf({ SOMA_API_TOKEN: given })).toMatchObject([{ variable: 'SOMA_API_TOKEN', given: '***' }]);
  });

  it.each([
    ['missing', {}, 'cannot be read (ENOENT)'],
    ['empty', { '/run/token': ' \n' }, 'this file is empty'],
    ['not a token', { '/run/token': 'two words' }, 'must be 1 to 4096 visible ASCII characters'],
    ['short tokens', { '/run/token': 'two\nlines' }, 'at least 16 characters'],
  ])('file that is %s stops the start and is named, without a fall-back to the variable', (_, contents, reason) => {
    const environment = { SOMA_API_TOKEN: 'from-variable', SOMA_API_TOKEN_FILE: '/run/token' };
    const problems = problemsOf(environment, files(contents));
    expect(problems).toMatchObject([{ variable: 'SOMA_API_TOKEN_FILE', given: '/run/token' }]);
    expect(problems[0]?.allowed).toContain(reason);
  });
});

describe('tokens of an issuer', () => {
  it('are accepted for an audience that is named, and are nothing without an issuer', () => {
    const given = { SOMA_OIDC_ISSUER: 'https://id.example/realms/x', SOMA_OIDC_AUDIENCE: 'soma, memories' };
    expect(load(given).oidc).toMatchObject({
      issuer: 'https://id.example/realms/x',
      audiences: ['soma', 'memories'],
      scopePrefix: 'soma:',
    });
    expect(problemsOf({ SOMA_OIDC_ISSUER: 'https://id.example' })).toMatchObject([{ variable: 'SOMA_OIDC_AUDIENCE' }]);
    expect(problemsOf({ SOMA_OIDC_ISSUER: 'id.example' })).toMatchObject([{ variable: 'SOMA_OIDC_ISSUER' }]);
    expect(warningsOf({ SOMA_OIDC_AUDIENCE: 'x' })).toEqual([
      'notice SOMA_OIDC_AUDIENCE: has no effect without SOMA_OIDC_ISSUER',
    ]);
  });
});

describe('reading real files', () => {
  it('is the default, and names what is missing', () => {
    expect(() => loadConfig({ SOMA_API_TOKEN_FILE: '/nowhere/token' })).toThrow(
      'SOMA_API_TOKEN_FILE=/nowhere/token: this file cannot be read (ENOENT)',
    );
  });
});

describe('old names', () => {
  it.each([
    ['UVICORN_HOST', '10.0.0.1', 'SOMA_API_HOST'],
    ['UVICORN_PORT', '8000', 'SOMA_API_PORT'],
    ['SOMA_NAMESPACE', 'old_ns', 'SOMA_MEMORY_NAMESPACE'],
    ['SOMA_RATE_MAX', '5000', 'SOMA_RATE_LIMIT_MAX'],
    ['MEMORY_VECTOR_DIM', '384', 'SOMA_VECTOR_DIM'],
  ])('%s works and is reported with the new name', (variable, value, proper) => {
    const config = load({ [variable]: value });
    const effective = describeEffectiveConfig(config).find(({ name }) => name === proper);
    expect(effective).toMatchObject({ value, source: variable });
    expect(config.warnings).toContainEqual(
      expect.objectContaining({ kind: 'deprecated', variable, message: expect.stringContaining(proper) }),
    );
  });

  it('lose against the proper name, and that is reported', () => {
    const environment = { SOMA_MEMORY_NAMESPACE: 'new_ns', SOMA_NAMESPACE: 'old_ns' };
    expect(load(environment).service.namespace).toBe('new_ns');
    expect(warningsOf(environment)).toEqual([
      'deprecated SOMA_NAMESPACE: ignored: SOMA_MEMORY_NAMESPACE is set too and wins; set SOMA_MEMORY_NAMESPACE instead',
    ]);
  });
});

describe('settings that have no or another effect', () => {
  it('are reported: other modes, servers that nothing talks to, open listening', () => {
    const warnings = warningsOf({
      MEMORY_MODE: 'development',
      SOMA_API_HOST: '0.0.0.0',
      SOMA_FAST_START: '1',
      SOMA_INFRA__OPA: 'opa.local',
    });
    for (const variable of ['MEMORY_MODE', 'SOMA_API_HOST', 'SOMA_FAST_START']) {
      expect(warnings).toContainEqual(expect.stringContaining(`notice ${variable}: `));
    }
    expect(warnings).toHaveLength(4);
    expect(warningsOf({ MEMORY_MODE: 'evented_enterprise', UVICORN_WORKERS: '1' })).toHaveLength(1);
  });

  it('stop the start where going on would lose what was asked for', () => {
    const problems = problemsOf({
      SOMA_INFRA__POSTGRES: 'postgres.local',
      UVICORN_EXTRA_ARGS: '--ssl-keyfile x',
    });
    expect(problems.map(({ variable }) => variable).sort()).toEqual(['SOMA_INFRA__POSTGRES', 'UVICORN_EXTRA_ARGS']);
    expect(problems.every(({ allowed }) => allowed.startsWith('refused: '))).toBe(true);
  });

  it('pass over what belongs to compose and to tests', () => {
    expect(warningsOf({ POSTGRES_HOST_PORT: '5434', USE_REAL_INFRA: '1', SOMA_TEST_API_BASE_URL: 'http://x' })).toEqual(
      [],
    );
  });
});

describe('servers', () => {
  const stores = { POSTGRES_URL: 'postgresql://soma:pw@db:5432/soma', QDRANT_URL: 'http://q:6333' };
  const names = (found: readonly { readonly variable: string }[]) => found.map(({ variable }) => variable);

  it('of events need stores that the consumer can reach', () => {
    expect(names(problemsOf({ KAFKA_BOOTSTRAP_SERVERS: 'k:9092' }))).toEqual(['POSTGRES_URL', 'QDRANT_URL']);
    expect(load({ ...stores, KAFKA_BOOTSTRAP_SERVERS: 'k:9092' }).kafka.bootstrapServers).toBe('k:9092');
    const off = load({ KAFKA_BOOTSTRAP_SERVERS: 'a:9092,b:9092', EVENTING_ENABLED: 'false' });
    expect(off.kafka.bootstrapServers).toBe('a:9092,b:9092');
    expect(off.warnings).toEqual([]);
  });

  it('that ask for a login get one', () => {
    const secured = { ...stores, KAFKA_BOOTSTRAP_SERVERS: 'k:9092', KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' };
    expect(names(problemsOf(secured))).toEqual(['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']);
    expect(names(problemsOf({ KAFKA_SSL_KEY_LOCATION: '/key' }))).toEqual(['KAFKA_SSL_CERTIFICATE_LOCATION']);
    expect(warningsOf({ KAFKA_SASL_PASSWORD: 'x' })).toEqual([
      'notice KAFKA_SASL_PASSWORD: has no effect with KAFKA_SECURITY_PROTOCOL=PLAINTEXT',
    ]);
  });

  it('of gRPC have a certificate with its key, and know clients by TLS only', () => {
    expect(names(problemsOf({ SOMA_GRPC_TLS_CERT: '/c' }))).toContain('SOMA_GRPC_TLS_KEY');
    expect(names(problemsOf({ SOMA_GRPC_TLS_CLIENT_CA: '/ca' }))).toContain('SOMA_GRPC_TLS_CERT');
    const files = { SOMA_GRPC_TLS_CERT: '/c', SOMA_GRPC_TLS_KEY: '/k', SOMA_GRPC_TLS_CLIENT_CA: '/ca' };
    expect(names(problemsOf(files)).sort()).toEqual(Object.keys(files).sort());
    expect(loadConfig(files, () => 'PEM').grpc).toMatchObject({ tlsCertFile: '/c', tlsClientCaFile: '/ca' });
  });

  it('let several processes serve, which share rate limits only through Redis', () => {
    for (const workers of [{ SOMA_WORKERS: '4' }, { UVICORN_WORKERS: '2', POSTGRES_URL: stores.POSTGRES_URL }]) {
      expect(problemsOf(workers)).toMatchObject([
        { variable: 'SOMA_WORKERS', allowed: expect.stringContaining('POSTGRES_URL and QDRANT_URL') },
      ]);
    }
    expect(warningsOf({ ...stores, SOMA_WORKERS: '4' })).toEqual([expect.stringContaining('set REDIS_URL')]);
    expect(warningsOf({ ...stores, SOMA_WORKERS: '4', REDIS_HOST: 'r' })).toEqual([]);
  });

  it.each([
    'redis://:pw@r:6379/0',
    'rediss://user:pw@r:6380',
    'redis+cluster://a:6379,b:6379',
    'rediss+cluster://soma:pw@[2001:db8::1]:6379/0',
    'redis+sentinel://a:26379,b:26379/main',
    'redis+sentinel://:pw@a:26379,b/main/2?sentinel_username=u&sentinel_password=p%26w',
  ])('of the cache may be given as %s', (url) => {
    const { redis, warnings } = load({ REDIS_URL: url });
    expect(redis.url).toBe(url);
    expect(warnings).toEqual([]);
  });

  it.each([
    'http://r',
    'redis://a,b',
    'redis://r/zero',
    'redis://r:6379/0?family=6',
    'redis+cluster://a/3',
    'redis+sentinel://a:26379',
    'redis+sentinel://a/main?password=x',
    'redis+ring://a',
  ])('of the cache may not be given as %s', (url) => {
    expect(names(problemsOf({ REDIS_URL: url }))).toEqual(['REDIS_URL']);
  });

  it('of the cache fit its address', () => {
    const cluster = 'redis+cluster://a:6379';
    expect(names(problemsOf({ REDIS_URL: cluster, REDIS_DB: '3' }))).toEqual(['REDIS_DB']);
    expect(load({ REDIS_URL: cluster, REDIS_HOST: 'r', REDIS_DB: '3' }).warnings).toEqual([]);
    expect(warningsOf({ REDIS_URL: cluster, REDIS_PORT: '1' })).toEqual([
      expect.stringMatching(/REDIS_PORT.*no effect/),
    ]);
    expect(warningsOf({ REDIS_PASSWORD: 'x' })).toEqual([expect.stringMatching(/REDIS_PASSWORD.*no effect/)]);
    const withAuthority = (url: string) => loadConfig({ REDIS_URL: url, REDIS_TLS_CA: '/ca' }, () => 'PEM').warnings;
    expect(withAuthority('rediss://r')).toEqual([]);
    expect(withAuthority('redis://r')).toHaveLength(1);
    expect(names(problemsOf({ REDIS_URL: 'rediss://r', REDIS_TLS_CA: '/missing' }))).toEqual(['REDIS_TLS_CA']);
  });

  it('answer to the names of older deployments', () => {
    const config = load({ ...stores, SOMA_INFRA__REDIS: 'r.local', SOMA_INFRA__KAFKA: 'k.local' });
    expect(config.redis.host).toBe('r.local');
    expect(config.kafka.bootstrapServers).toBe('k.local');
    expect(config.warnings).toHaveLength(2);
  });
});

describe('unknown variables', () => {
  it.each([
    ['SOMA_API_PROT', 'SOMA_API_PORT'],
    ['SOMA_RATELIMIT_MAX', 'SOMA_RATE_LIMIT_MAX'],
    ['SOMA_VECTOR_DIMS', 'SOMA_VECTOR_DIM'],
    ['soma_api_token', 'SOMA_API_TOKEN'],
  ])('%s is reported with %s as the name that was meant', (given, meant) => {
    expect(warningsOf({ [given]: '1' })).toEqual([
      `unknown ${given}: is not a setting and has no effect; did you mean ${meant}?`,
    ]);
  });

  it('are reported without a guess when nothing is near', () => {
    expect(warningsOf({ SOMA_XYZZY: '1' })).toEqual([
      'unknown SOMA_XYZZY: is not a setting and has no effect; docs/CONFIGURATION.md lists all settings',
    ]);
  });

  it('of other programs are none of our business', () => {
    expect(warningsOf({ PATH: '/bin', SOMABRAIN_HTTP_ENDPOINT: 'http://x', HOME: '/root' })).toEqual([]);
  });

  it('that Kubernetes makes for services are no settings, not even under a name of ours', () => {
    const config = load({
      SOMA_API_PORT: 'tcp://10.0.0.7:9595',
      SOMA_API_PORT_9595_TCP_ADDR: '10.0.0.7',
      SOMA_MEMORY_REDIS_SERVICE_HOST: '10.0.0.8',
      REDIS_PORT: 'tcp://10.0.0.9:6379',
    });
    expect(config.http.port).toBe(9595);
    expect(config.redis.port).toBeUndefined();
    expect(config.warnings.map(({ variable }) => variable)).toEqual(['SOMA_API_PORT', 'REDIS_PORT']);
  });
});

describe('the printed configuration', () => {
  it('shows what is in force and where it comes from, and no secret', () => {
    const config = load({
      SOMA_API_TOKEN: 'tok-s3cret',
      POSTGRES_URL: 'postgresql://soma:s3cret@db.local:5432/somamemory?sslmode=require&password=s3cret',
      SOMA_EMBEDDING_API_KEY: 'sk-s3cret',
      REDIS_URL: 'redis+sentinel://:p@s3cret@r:6379/main?sentinel_password=s3cret',
      SOMA_EMBEDDING_URL: 'https://e.example/v1?api_key=s3cret',
      SOMA_MAX_REQUEST_BODY_MB: '10',
    });
    const effective = describeEffectiveConfig(config);
    const shown = new Map(effective.map(({ name, value }) => [name, value]));
    expect(JSON.stringify(effective)).not.toContain('s3cret');
    expect(shown.get('SOMA_API_TOKEN')).toBe('***');
    expect(shown.get('POSTGRES_URL')).toBe(
      'postgresql://soma:***@db.local:5432/somamemory?sslmode=require&password=***',
    );
    expect(shown.get('SOMA_EMBEDDING_URL')).toBe('https://e.example/v1?api_key=***');
    expect(shown.get('SOMA_MAX_REQUEST_BODY_MB')).toBe('10');
    expect(shown.get('SOMA_API_PORT')).toBe('9595');
    expect(effective.find(({ name }) => name === 'SOMA_API_PORT')?.source).toBe('default');
  });
});
