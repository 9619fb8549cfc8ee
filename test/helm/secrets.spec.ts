import { expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { CHART, FULLNAME, INSTALLATION_NAMES, plainEnv, render, secretEnv, type Rendering } from './chart.js';
import { containersOf, podOf, type Container } from './manifest.js';

const describeHelm = await describeWith([], { helm: findHelm });
const CHART_SECRET = `${FULLNAME}-secrets`;
const PASSWORDS = ['KAFKA_SASL_PASSWORD', 'KAFKA_SASL_USERNAME', 'QDRANT_API_KEY', 'REDIS_PASSWORD'];
const KEYS = ['KAFKA_BOOTSTRAP_SERVERS', 'POSTGRES_URL', 'QDRANT_URL', 'REDIS_URL', 'SOMA_API_TOKEN'];
/** What a vault might hold. */
const VAULT: Readonly<Record<string, string>> = {
  SOMA_API_TOKEN: 'token-of-the-vault',
  POSTGRES_URL: 'postgresql://soma:secret@db.example.com:5432/somamemory',
  REDIS_URL: 'rediss://cache.example.com:6379/0',
  QDRANT_URL: 'https://vectors.example.com:6333',
  KAFKA_BOOTSTRAP_SERVERS: 'broker.example.com:9092',
  REDIS_PASSWORD: 'of-redis',
  QDRANT_API_KEY: 'of-qdrant',
  KAFKA_SASL_USERNAME: 'soma',
  KAFKA_SASL_PASSWORD: 'of-kafka',
};

function secretValues(rendering: Rendering): Record<string, string> {
  const secrets = [CHART_SECRET, `${FULLNAME}-server-passwords`].map((name) => rendering.find('Secret', name)?.data);
  const data: Record<string, string> = Object.assign({}, ...secrets);
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

/** The environment that the process in a container would see. */
function environmentOf(container: Container, secrets: Readonly<Record<string, string>>): Record<string, string> {
  const fromSecrets = Object.entries(secretEnv(container)).flatMap(([name, ref]) => {
    const value = secrets[ref.slice(ref.indexOf('/') + 1)];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...plainEnv(container), ...Object.fromEntries(fromSecrets) };
}

function appContainers(rendering: Rendering): Container[] {
  return [rendering.container(FULLNAME, 'api'), rendering.container(`${FULLNAME}-consumer`, 'consumer')];
}

const documented = new Set(
  [...readFileSync(path.join(REPOSITORY, 'docs', 'CONFIGURATION.md'), 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, name]) => name,
  ),
);

describeHelm.each(INSTALLATION_NAMES)('%s', (installation) => {
  it('sets variables that are settings, and nothing else', async () => {
    expect(documented.size).toBeGreaterThan(50);
    for (const container of appContainers(await render(installation))) {
      for (const { name } of container.env ?? []) expect(documented).toContain(name);
    }
  });

  it('gives api and consumer an environment they start with, without a single notice', async () => {
    const rendering = await render(installation);
    const secrets = installation === 'values-production.yaml' ? VAULT : secretValues(rendering);
    for (const container of appContainers(rendering)) {
      const environment = environmentOf(container, secrets);
      const { warnings, http } = loadConfig(environment);
      // Probes come from outside the pod.
      expect(http.host).toBe('0.0.0.0');
      const unexpected = warnings.filter(({ variable }) => variable !== 'SOMA_API_HOST');
      expect(unexpected).toEqual([]);
      expect(environment).toMatchObject({ EVENTING_ENABLED: 'true', SOMA_MEMORY_NAMESPACE: 'api_ns' });
    }
  });

  it('gives the token to the api alone', async () => {
    const [api, consumer] = appContainers(await render(installation));
    expect(Object.keys(secretEnv(api ?? { name: '', image: '' }))).toContain('SOMA_API_TOKEN');
    expect((consumer?.env ?? []).map(({ name }) => name)).not.toContain('SOMA_API_TOKEN');
  });
});

describeHelm('in production', () => {
  it('every secret reaches the pods from the Secret that the vault fills', async () => {
    const rendering = await render('values-production.yaml');
    const external = rendering.get('ExternalSecret', 'soma-memory-runtime-secrets');
    expect(external.spec).toMatchObject({
      secretStoreRef: { name: 'soma-vault-store', kind: 'ClusterSecretStore' },
      target: { name: 'soma-memory-runtime-secrets' },
    });
    const mapping = Object.fromEntries(
      (external.spec?.data ?? []).map(({ secretKey, remoteRef }) => [
        secretKey,
        `${remoteRef.key}#${remoteRef.property}`,
      ]),
    );
    const vault = 'secret/data/shared-infra/soma-memory/prod';
    expect(mapping).toEqual({
      SOMA_API_TOKEN: `${vault}#soma_api_token`,
      POSTGRES_URL: `${vault}#postgres_dsn`,
      REDIS_URL: `${vault}#redis_url`,
      QDRANT_URL: `${vault}#qdrant_url`,
      KAFKA_BOOTSTRAP_SERVERS: `${vault}#kafka_bootstrap_servers`,
      ...Object.fromEntries(PASSWORDS.map((key) => [key, `${vault}#${key.toLowerCase()}`])),
    });
    const [api, consumer] = appContainers(rendering);
    const refs = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, `soma-memory-runtime-secrets/${key}`]));
    expect(secretEnv(api ?? { name: '', image: '' })).toEqual(refs([...KEYS, ...PASSWORDS]));
    expect(secretEnv(consumer ?? { name: '', image: '' })).toEqual(refs([...KEYS.slice(0, -1), ...PASSWORDS]));
  });

  it('the chart itself holds no Secret, no password and no token', async () => {
    const { manifests } = await render('values-production.yaml');
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    for (const manifest of manifests) {
      const pod = podOf(manifest);
      for (const container of pod === undefined ? [] : containersOf(pod)) {
        for (const { name, value } of container.env ?? []) {
          const isSecret = /TOKEN|PASSWORD|API_KEY|SECRET|_URL$|DSN/.test(name) && name !== 'PUSHGATEWAY_URL';
          if (isSecret) expect({ name, value }).toEqual({ name, value: undefined });
        }
      }
    }
    expect(JSON.stringify(manifests)).not.toMatch(/:\/\/[^/:\s"]+:[^/@\s"]+@(?!host)/);
  });

  it('takes a Secret that exists in place of the vault', async () => {
    const own = 'externalSecret.enabled=false,secret.existingSecret=own-secret';
    const rendering = await render('values-production.yaml', '--set', own);
    expect(rendering.ofKind('ExternalSecret')).toEqual([]);
    expect(secretEnv(rendering.container(FULLNAME, 'api'))).toMatchObject({ POSTGRES_URL: 'own-secret/POSTGRES_URL' });
  });
});

describeHelm('the servers of the release', () => {
  const server = (rendering: Rendering, name: string, container = name) =>
    rendering.container(`${FULLNAME}-${name}`, container);

  it.each(['values.yaml', 'values-production.yaml'] as const)(
    'want the password that the pods have, with %s',
    async (file) => {
      const rendering = await render(file);
      const secret = file === 'values.yaml' ? `${FULLNAME}-server-passwords` : 'soma-memory-runtime-secrets';
      expect(secretEnv(server(rendering, 'redis'))).toEqual({ REDISCLI_AUTH: `${secret}/REDIS_PASSWORD` });
      expect(server(rendering, 'redis').args?.[0]).toBe(
        'exec redis-server - "$@" <<CONFIG\nrequirepass $REDISCLI_AUTH\nCONFIG\n',
      );
      expect(secretEnv(server(rendering, 'qdrant'))).toEqual({ QDRANT__SERVICE__API_KEY: `${secret}/QDRANT_API_KEY` });
      const broker = server(rendering, 'redpanda', 'broker');
      const user = {
        SOMA_BROKER_USER: `${secret}/KAFKA_SASL_USERNAME`,
        SOMA_BROKER_PASSWORD: `${secret}/KAFKA_SASL_PASSWORD`,
      };
      expect(secretEnv(broker)).toEqual(user);
      expect(plainEnv(broker)).toMatchObject({
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
          'PLAINTEXT:SASL_PLAINTEXT,OUTSIDE:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
        // Kubernetes fills these in where the variables stand before them.
        KAFKA_LISTENER_NAME_PLAINTEXT_PLAIN_SASL_JAAS_CONFIG:
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_$(SOMA_BROKER_USER)="$(SOMA_BROKER_PASSWORD)";',
      });
      const order = (broker.env ?? []).map(({ name }) => name);
      expect(order.indexOf('SOMA_BROKER_PASSWORD')).toBeLessThan(
        order.indexOf('KAFKA_LISTENER_NAME_PLAINTEXT_PLAIN_SASL_JAAS_CONFIG'),
      );
      for (const container of appContainers(rendering)) {
        expect(plainEnv(container)).toMatchObject({
          KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
          KAFKA_SASL_MECHANISM: 'PLAIN',
        });
        for (const key of PASSWORDS) expect(secretEnv(container)[key]).toBe(`${secret}/${key}`);
      }
    },
  );

  it.each(['values-kind.yaml', 'values-dev-port9797.yaml', 'values-app-only.yaml'] as const)(
    'want none with %s',
    async (file) => {
      const { manifests } = await render(file);
      expect(JSON.stringify(manifests)).not.toMatch(
        /REDISCLI_AUTH|QDRANT__SERVICE__API_KEY|SASL_PLAINTEXT|server-passwords/,
      );
    },
  );

  it('take passwords of a Secret that exists, and make none', async () => {
    const own = ['--set', 'serverPasswords.existingSecret=mine'];
    for (const file of ['values.yaml', 'values-production.yaml'] as const) {
      const rendering = await render(file, ...own);
      expect(rendering.names('Secret')).not.toContain(`${FULLNAME}-server-passwords`);
      expect(secretEnv(server(rendering, 'redis'))).toEqual({ REDISCLI_AUTH: 'mine/REDIS_PASSWORD' });
    }
  });
});

describeHelm('in development', () => {
  it('the Secret leads to the servers of the release, without TLS that they do not speak', async () => {
    const values = secretValues(await render('values.yaml'));
    const host = (server: string) => `${FULLNAME}-${server}.soma-memory.svc.cluster.local`;
    const password = values['POSTGRES_PASSWORD'] ?? '';
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(values).toMatchObject({
      SOMA_API_TOKEN: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      POSTGRES_URL: `postgresql://soma:${password}@${host('postgres')}:5432/somamemory?sslmode=disable`,
      REDIS_URL: `redis://${host('redis')}:6379/0`,
      QDRANT_URL: `http://${host('qdrant')}:6333`,
      KAFKA_BOOTSTRAP_SERVERS: `${host('redpanda')}:9092`,
    });
  });

  it('no two installations share a token or a password', async () => {
    const [one, other] = [secretValues(await render('values.yaml')), secretValues(await render('values.yaml'))];
    expect(one['SOMA_API_TOKEN']).not.toBe(other['SOMA_API_TOKEN']);
    expect(one['POSTGRES_PASSWORD']).not.toBe(other['POSTGRES_PASSWORD']);
  });

  it('the password stays as long as the database that knows it', async () => {
    const keeps = async (keep: boolean): Promise<unknown> => {
      const persistence = `postgres.persistence.enabled=true,postgres.persistence.keep=${keep}`;
      return (await render('values.yaml', '--set', persistence)).get('Secret', CHART_SECRET).metadata.annotations;
    };
    expect(await keeps(true)).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect(await keeps(false)).toBeUndefined();
  });

  it('values that are given win', async () => {
    const url = 'postgresql://me:pw@elsewhere:5432/mine';
    const given = `secret.data.SOMA_API_TOKEN=mine,secret.data.POSTGRES_URL=${url}`;
    const values = secretValues(await render('values.yaml', '--set', given));
    expect(values).toMatchObject({ SOMA_API_TOKEN: 'mine', POSTGRES_URL: url });
    expect(values).not.toHaveProperty('POSTGRES_PASSWORD');
  });

  it('the token is rotated by the steps of the page without a moment in which clients have none', async () => {
    const page = readFileSync(path.join(REPOSITORY, 'docs', 'operations', 'secrets-rotation.md'), 'utf8');
    const [, section = ''] = page.split('## The root token');
    const steps = [...section.matchAll(/^\d\. `([^`]+)`/gm)].map(([, value = '']) => value);
    const validAt = async (value: string): Promise<readonly string[]> => {
      const given = value.replaceAll(/old|new/g, (word) => `${word}-token-0123456789`);
      const rendering = await render(
        'values.yaml',
        '--set',
        `secret.data.SOMA_API_TOKEN=${given.replaceAll(',', '\\,')}`,
      );
      const environment = environmentOf(rendering.container(FULLNAME, 'api'), secretValues(rendering));
      return (loadConfig(environment).auth.tokens ?? []).map((token) => token.slice(0, 3));
    };
    const valid = await Promise.all(['old', ...steps].map(validAt));
    expect(valid).toEqual([['old'], ['old', 'new'], ['new', 'old'], ['new']]);
    // Pods of two steps serve side by side during a rollout: what clients have is valid in both.
    const held = ['old', 'new', 'new'];
    for (const [step, token] of held.entries()) {
      for (const pods of valid.slice(step, step + 2)) expect(pods).toContain(token);
    }
  });

  it('a changed Secret restarts api and consumer', async () => {
    const checksum = async (token: string): Promise<string | undefined> => {
      const fixed = `secret.data.SOMA_API_TOKEN=${token},secret.data.POSTGRES_URL=postgresql://a:b@c/d`;
      const deployment = (await render('values.yaml', '--set', fixed)).get('Deployment', FULLNAME);
      return deployment.spec?.template?.metadata.annotations?.['checksum/secret'];
    };
    expect(await checksum('one')).toBe(await checksum('one'));
    expect(await checksum('one')).not.toBe(await checksum('two'));
  });

  it('a server of the release starts with the address that its clients use', async () => {
    const rendering = await render('values.yaml');
    const postgres = rendering.container(`${FULLNAME}-postgres`, 'postgres');
    expect(secretEnv(postgres)).toEqual({ POSTGRES_URL: `${CHART_SECRET}/POSTGRES_URL` });
    const script = readFileSync(path.join(CHART, 'files', 'postgres', 'start-postgres.sh'), 'utf8');
    expect(rendering.get('ConfigMap', `${FULLNAME}-postgres-config`).data?.['start-postgres.sh']?.trim()).toBe(
      script.trim(),
    );
  });
});
