import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { findHelm } from '../services/programs/helm-program.js';
import { CHART, FULLNAME, helm, parseManifests, RELEASE, valueArguments, type Installation } from './chart.js';
import type { Manifest } from './manifest.js';

const describeHelm = await describeWith([], { helm: findHelm });
const SECRET = `${FULLNAME}-secrets`;
const CLAIMS = 'persistentvolumeclaims';
const SERVER_PASSWORDS = { REDIS_PASSWORD: 'kept-redis', KAFKA_SASL_PASSWORD: 'kept-kafka' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sfm-helm-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A cluster in which the first installation has left its Secret. */
describeHelm('an upgrade in a cluster', () => {
  let api: Server;
  const present = { SOMA_API_TOKEN: 'kept-token', POSTGRES_PASSWORD: 'kept-password' };

  beforeAll(async () => {
    api = createServer((request, response) => {
      const answer = clusterAnswer(request.url?.split('?')[0] ?? '', present);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const address = api.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test', users: [{ name: 'nobody', user: {} }] },
      clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port ?? 0}` } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'nobody' } }],
    };
    await writeFile(path.join(folder, 'config'), JSON.stringify(config));
  });
  afterAll(() => {
    api.close();
  });

  const objects = async (installation: Installation, file: string, ...more: string[]): Promise<Manifest[]> => {
    const { command } = await findHelm();
    const options = ['--dry-run=server', '-s', `templates/${file}`, ...valueArguments(installation), ...more];
    const args = ['template', RELEASE, CHART, '-n', RELEASE, ...options];
    const env = childEnvironment({ KUBECONFIG: path.join(folder, 'config'), HOME: folder });
    const output = await new Promise<string>((resolve, reject) => {
      execFile(command, args, { env }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    });
    return parseManifests(output);
  };
  const upgraded = async (installation: Installation): Promise<(key: string) => string> => {
    const [secret] = await objects(installation, 'secret.yaml');
    return (key) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8');
  };

  it('keeps the token and the password of the database', async () => {
    const valueOf = await upgraded('values.yaml');
    expect(valueOf('SOMA_API_TOKEN')).toBe('kept-token');
    expect(valueOf('POSTGRES_PASSWORD')).toBe('kept-password');
    expect(valueOf('POSTGRES_URL')).toContain('postgresql://soma:kept-password@');
  });

  it('keeps the password while the database is elsewhere: its volume stays, for the way back', async () => {
    const valueOf = await upgraded('values-app-only.yaml');
    expect(valueOf('POSTGRES_URL')).toContain('@shared-postgres.');
    expect(valueOf('POSTGRES_PASSWORD')).toBe('kept-password');
  });

  it('keeps the passwords of the servers, and makes those that are new', async () => {
    const [secret] = await objects('values.yaml', 'servers/passwords.yaml');
    const values = Object.entries(secret?.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]);
    expect(Object.fromEntries(values)).toEqual({
      ...SERVER_PASSWORDS,
      KAFKA_SASL_USERNAME: 'soma',
      QDRANT_API_KEY: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    });
  });

  it.each([[], ['--set', 'postgres.persistence.storageClass=standard']])(
    'keeps the class of a volume that exists, as Kubernetes wants it, with %j',
    async (...more) => {
      const manifests = await objects('values-production.yaml', 'servers/postgres.yaml', ...more);
      const claim = manifests.find(({ kind }) => kind === 'PersistentVolumeClaim');
      expect(claim?.spec?.storageClassName).toBe('fast-ssd');
    },
  );
});

describeHelm('the notes after an installation', () => {
  /** `helm template` leaves the notes out: a copy of the chart has them in an object. */
  async function notes(...args: string[]): Promise<string> {
    const copy = path.join(await mkdtemp(path.join(folder, 'notes-')), 'chart');
    await cp(CHART, copy, { recursive: true });
    const text = await readFile(path.join(copy, 'templates', 'NOTES.txt'), 'utf8');
    const object =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: notes\ndata:\n  text: {{ include "notes" . | quote }}\n';
    await writeFile(path.join(copy, 'templates', 'notes.yaml'), `{{ define "notes" }}${text}{{ end }}${object}`);
    const version = ['--kube-version', '1.31.0', '-s', 'templates/notes.yaml'];
    const { output } = await helm('template', RELEASE, copy, '-n', RELEASE, ...version, ...args);
    return parseManifests(output)[0]?.data?.['text'] ?? output;
  }

  it('say how to reach the api, where the token is, and what is lost with a pod', async () => {
    const text = await notes(...valueArguments('values.yaml'));
    expect(text).toContain(`kubectl -n ${RELEASE} port-forward svc/${FULLNAME} 9595:9595`);
    expect(text).toContain(`get secret ${SECRET} -o jsonpath='{.data.SOMA_API_TOKEN}'`);
    expect(text).toContain('No persistence: postgres, qdrant, redpanda.');
  });

  it('name the node port and the service port of the development release', async () => {
    const text = await notes(...valueArguments('values-dev-port9797.yaml'));
    expect(text).toContain('http://127.0.0.1:30797/healthz');
    expect(text).toContain(`svc/${FULLNAME} 9595:9797`);
    expect(text).not.toContain('No persistence');
  });

  it('name the Secret that the vault fills', async () => {
    const text = await notes(...valueArguments('values-production.yaml'));
    expect(text).toContain('get externalsecret soma-memory-runtime-secrets');
    expect(text).toContain('get secret soma-memory-runtime-secrets');
  });
});

function clusterAnswer(url: string, secret: Readonly<Record<string, string>>): object | undefined {
  if (url === '/version') return { major: '1', minor: '31', gitVersion: 'v1.31.0' };
  if (url === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (url === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: [] };
  if (url === '/api/v1') {
    const resources = [
      { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get'] },
      { name: CLAIMS, singularName: '', namespaced: true, kind: 'PersistentVolumeClaim', verbs: ['get'] },
    ];
    return { kind: 'APIResourceList', groupVersion: 'v1', resources };
  }
  if (url === `/api/v1/namespaces/${RELEASE}/${CLAIMS}/${FULLNAME}-postgres-data`) {
    const metadata = { name: `${FULLNAME}-postgres-data`, namespace: RELEASE };
    return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { storageClassName: 'fast-ssd' } };
  }
  const name = url.replace(`/api/v1/namespaces/${RELEASE}/secrets/`, '');
  const held = { [SECRET]: secret, [`${FULLNAME}-server-passwords`]: SERVER_PASSWORDS }[name];
  if (held === undefined) return undefined;
  const data = Object.fromEntries(
    Object.entries(held).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: RELEASE }, data };
}
