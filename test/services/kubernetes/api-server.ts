import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import path from 'node:path';
import { childEnvironment } from '../environment.js';
import { freePorts, LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { privatePlace } from '../lifetime/shared-server.js';
import { findKubernetes } from './kubernetes-programs.js';

/** Of one who may do everything. */
const TOKEN = 'tests-token';

/** An object, or a problem: what the API server answers. */
export interface KubernetesAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** What it warns of, such as a pod that its namespace does not allow. */
  readonly warnings: readonly string[];
}

export interface KubernetesRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** An API server of Kubernetes on an etcd of its own: it takes, checks and keeps objects, and nobody runs them. */
export class ApiServer {
  private constructor(
    private readonly port: number,
    private readonly servers: readonly LocalServer[],
  ) {}

  /** @throws ServerUnavailable */
  static async start(): Promise<ApiServer> {
    const programs = await findKubernetes();
    const { folder, records } = privatePlace('kubernetes');
    const [client = 0, peer = 0, port = 0] = await freePorts(3);
    const env = childEnvironment();
    await mkdir(folder, { recursive: true });
    const etcdUrl = `http://${LOOPBACK}:${client}`;
    const peerUrl = `http://${LOOPBACK}:${peer}`;
    const etcd = new LocalServer({
      name: 'etcd',
      command: programs.etcd,
      args: [
        ...['--data-dir', path.join(folder, 'etcd'), '--unsafe-no-fsync'],
        ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
        ...[
          '--listen-peer-urls',
          peerUrl,
          '--initial-advertise-peer-urls',
          peerUrl,
          '--initial-cluster',
          `default=${peerUrl}`,
        ],
      ],
      env,
      folder,
      records,
      answers: () =>
        fetch(`${etcdUrl}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
    });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const [keyFile, publicKeyFile] = [path.join(folder, 'sa.key'), path.join(folder, 'sa.pub')];
    await writeFile(keyFile, privateKey);
    await writeFile(publicKeyFile, publicKey);
    const tokens = path.join(folder, 'tokens.csv');
    await writeFile(tokens, `${TOKEN},tests,tests,"system:masters"\n`);
    const server = new LocalServer({
      name: 'kube-apiserver',
      command: programs.apiServer,
      args: [
        ...['--etcd-servers', etcdUrl, '--cert-dir', path.join(folder, 'certificates')],
        ...['--bind-address', LOOPBACK, '--secure-port', String(port), '--service-cluster-ip-range', '10.0.0.0/16'],
        ...['--service-account-issuer', 'https://tests', '--service-account-signing-key-file', keyFile],
        ...['--service-account-key-file', publicKeyFile],
        // Nobody makes accounts of pods here.
        ...[
          '--disable-admission-plugins',
          'ServiceAccount',
          '--token-auth-file',
          tokens,
          '--authorization-mode',
          'RBAC',
        ],
      ],
      env,
      folder,
      records,
      answers: async () => (await ask(port, { path: '/readyz' }).catch(() => undefined))?.status === 200,
      startTimeoutMs: 90_000,
    });
    await etcd.start();
    await server.start();
    return new ApiServer(port, [server, etcd]);
  }

  ask(asked: KubernetesRequest): Promise<KubernetesAnswer> {
    return ask(this.port, asked);
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop();
  }
}

/** The certificate is the server's own making: there is no authority to ask. */
function ask(
  port: number,
  { method = 'GET', path: at, body, contentType }: KubernetesRequest,
): Promise<KubernetesAnswer> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${TOKEN}`;
    const headers =
      body === undefined ? { authorization } : { authorization, 'content-type': contentType ?? 'application/json' };
    const sent = request({ host: LOOPBACK, port, method, path: at, headers, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const warning = response.headers['warning'] ?? [];
        resolve({
          status: response.statusCode ?? 0,
          body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown>,
          warnings: Array.isArray(warning) ? warning : [warning],
        });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
