import path from 'node:path';
import { makeCertificates } from './programs/certificates.js';
import { freePort, freePorts, LOOPBACK } from './lifetime/free-port.js';
import { findKafka } from './kafka/kafka-jars.js';
import { KafkaServer } from './kafka/kafka-program.js';
import { startAnew, type LocalServer } from './lifetime/local-server.js';
import { findQdrant, qdrantServer } from './qdrant/qdrant-program.js';
import { findRedis, redisServer } from './redis/redis-program.js';

/** Where a server may write. */
export interface Place {
  /** Its own: data and log. */
  readonly folder: string;
  /** Where pids are noted for end-processes.mjs. */
  readonly records: string;
  /** The port it should have; a free one when absent. */
  readonly port?: number;
}

export interface RedisOptions {
  readonly password?: string;
  readonly tls?: boolean;
  /** Further arguments of redis-server. */
  readonly args?: readonly string[];
}

export interface QdrantOptions {
  readonly apiKey?: string;
}

export interface KafkaOptions {
  /** Server properties; they win over the defaults. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** One broker with a listener per kind of security; every listener leads to the same topics. */
export interface SecuredKafka {
  /** SASL without encryption: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly saslPlaintext: readonly string[];
  /** Encrypted, without SASL; a client certificate is checked when there is one. */
  readonly ssl: readonly string[];
  /** Encrypted, with the same SASL mechanisms. */
  readonly saslSsl: readonly string[];
  readonly username: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly caFile: string;
  /** A client certificate of the same authority, PEM. */
  readonly certFile: string;
  readonly keyFile: string;
  /** An authority that signed nothing here. */
  readonly otherCaFile: string;
}

type Started<T> = T & { readonly server: LocalServer };

/** @throws ServerUnavailable, ServerDidNotStart; so do the others */
export async function launchRedis(
  place: Place,
  { password, tls = false, args }: RedisOptions = {},
): Promise<Started<{ url: string; caFile?: string }>> {
  const program = await findRedis();
  const certificates = tls ? await makeCertificates(path.join(place.folder, 'tls')) : undefined;
  let port = 0;
  const server = await startAnew(async () => {
    port = place.port ?? (await freePort());
    return redisServer(program, { ...place, port, password, certificates, args });
  });
  const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const url = `${tls ? 'rediss' : 'redis'}://${login}${LOOPBACK}:${port}`;
  return { server, url, ...(certificates === undefined ? {} : { caFile: certificates.caFile }) };
}

export async function launchQdrant(
  place: Place,
  { apiKey }: QdrantOptions = {},
): Promise<Started<{ url: string; apiKey?: string }>> {
  const program = await findQdrant();
  let port = 0;
  const server = await startAnew(async () => {
    const [http = 0, grpcPort = 0] = await freePorts(2);
    port = place.port ?? http;
    return qdrantServer(program, { ...place, port, grpcPort, apiKey });
  });
  return { server, url: `http://${LOOPBACK}:${port}`, ...(apiKey === undefined ? {} : { apiKey }) };
}

export async function launchKafka(
  place: Place,
  { properties }: KafkaOptions = {},
): Promise<Started<{ brokers: string[] }>> {
  const program = await findKafka();
  let port = 0;
  const server = await startAnew(async () => {
    const [plain = 0, controllerPort = 0] = await freePorts(2);
    port = place.port ?? plain;
    return new KafkaServer(program, { ...place, port, controllerPort, properties });
  });
  return { server, brokers: [`${LOOPBACK}:${port}`] };
}

const USER = { username: 'soma', password: 'soma-secret' };

export async function launchSecuredKafka(place: Place): Promise<Started<SecuredKafka>> {
  const program = await findKafka();
  const tls = await makeCertificates(path.join(place.folder, 'tls'));
  let ports: number[] = [];
  const server = await startAnew(async () => {
    ports = await freePorts(5);
    const [port = 0, controllerPort = 0, sasl = 0, ssl = 0, saslSsl = 0] = ports;
    const listeners = { SASL_PLAINTEXT: sasl, SSL: ssl, SASL_SSL: saslSsl };
    const at = Object.entries(listeners).map(([name, number]) => `${name}://${LOOPBACK}:${number}`);
    const plain = `PLAINTEXT://${LOOPBACK}:${port}`;
    return new KafkaServer(program, {
      ...place,
      port,
      controllerPort,
      formatArguments: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${USER.username},password=${USER.password}]`,
      ]),
      properties: {
        listeners: [plain, ...at, `CONTROLLER://${LOOPBACK}:${controllerPort}`].join(','),
        'advertised.listeners': [plain, ...at].join(','),
        'listener.security.protocol.map':
          'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        ...saslProperties('sasl_plaintext'),
        ...saslProperties('sasl_ssl'),
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': tls.serverBundleFile,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': tls.caFile,
        'ssl.client.auth': 'requested',
        // Nobody kills it.
        'broker.session.timeout.ms': '60000',
      },
    });
  });
  const [, , sasl, ssl, saslSsl] = ports.map((port) => [`${LOOPBACK}:${port}`]);
  return {
    server,
    saslPlaintext: sasl ?? [],
    ssl: ssl ?? [],
    saslSsl: saslSsl ?? [],
    ...USER,
    caFile: tls.caFile,
    certFile: tls.clientCertFile,
    keyFile: tls.clientKeyFile,
    otherCaFile: tls.otherCaFile,
  };
}

function saslProperties(listener: string): Record<string, string> {
  const modules = 'org.apache.kafka.common.security';
  const scram = `${modules}.scram.ScramLoginModule required;`;
  return {
    [`listener.name.${listener}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required user_${USER.username}="${USER.password}";`,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  };
}
