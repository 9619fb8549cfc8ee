import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { framedSocket } from './framing/framed-socket.js';
import { kafkaLogCreator, type KafkaLog } from './kafka-log.js';
import { useQuickGzip } from './quick-gzip.js';
import { quietRequestQueues } from './framing/quiet-request-queue.js';

export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

export interface KafkaLogin {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

/** How the connection is encrypted and how the client logs in. */
export interface KafkaSecurity {
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** PEM file of the authority that signed the brokers' certificates; the system's authorities when absent. */
  readonly caFile?: string;
  /** PEM file of a client certificate; used with `keyFile`. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Required by the SASL protocols. */
  readonly sasl?: KafkaLogin;
}

export interface KafkaConnectionOptions {
  /** `host:port` of some of the cluster's brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** @default plain text without login */
  readonly security?: KafkaSecurity;
  /** @default 3000 */
  readonly connectTimeoutMs?: number;
  /** @default 10000 */
  readonly requestTimeoutMs?: number;
}

/** About 2.5 s of attempts. Each user of a client retries on its own schedule. */
const RETRY = { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 1000, retries: 5 };

/** Returns a Kafka client that logs through `log`, not yet connected. @throws as `kafkaClientConfig`. */
export function createKafkaClient(options: KafkaConnectionOptions, log: KafkaLog): Kafka {
  return new Kafka(kafkaClientConfig(options, log));
}

/**
 * Returns the settings of a kafkajs client. PEM files are read once, here.
 *
 * @throws Error naming the file that cannot be read, or the missing setting.
 */
export function kafkaClientConfig(options: KafkaConnectionOptions, log: KafkaLog): KafkaConfig {
  const { brokers, clientId, security = { protocol: 'PLAINTEXT' } } = options;
  const { connectTimeoutMs = 3000, requestTimeoutMs = 10_000 } = options;
  if (brokers.length === 0) throw new Error('no Kafka broker is given');
  quietRequestQueues();
  useQuickGzip();
  const isEncrypted = security.protocol === 'SSL' || security.protocol === 'SASL_SSL';
  const logsIn = security.protocol === 'SASL_PLAINTEXT' || security.protocol === 'SASL_SSL';
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: RETRY,
    socketFactory: framedSocket,
    logLevel: logLevel.INFO,
    logCreator: kafkaLogCreator(log),
    ...(isEncrypted ? { ssl: tlsOf(security) } : {}),
    ...(logsIn ? { sasl: saslOf(security) } : {}),
  };
}

function tlsOf({ caFile, certFile, keyFile }: KafkaSecurity): ConnectionOptions {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new Error('a Kafka client certificate needs both its certificate file and its key file');
  }
  return {
    ...(caFile === undefined ? {} : { ca: [readPem(caFile, 'CERTIFICATE', 'the certificate authority of Kafka')] }),
    ...(certFile === undefined ? {} : { cert: readPem(certFile, 'CERTIFICATE', 'the client certificate for Kafka') }),
    ...(keyFile === undefined ? {} : { key: readPem(keyFile, 'PRIVATE KEY', 'the client key for Kafka') }),
  };
}

function readPem(file: string, label: string, what: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what} cannot be read from ${file}: ${reason}`, { cause: error });
  }
  if (!text.includes(`${label}-----`)) throw new Error(`${file} holds no PEM "${label}", needed as ${what}`);
  return text;
}

function saslOf({ protocol, sasl }: KafkaSecurity): SASLOptions {
  if (sasl === undefined || sasl.username === '') {
    throw new Error(`Kafka over ${protocol} needs a SASL mechanism, a user name and a password`);
  }
  const { mechanism, username, password } = sasl;
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password };
  }
}
