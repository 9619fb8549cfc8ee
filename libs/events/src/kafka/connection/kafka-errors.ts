import { BusUnavailableError } from '@sfm/memory';

const REFUSED_CONTENT = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);
const FORBIDDEN = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);
const UNTRUSTED = /CERT|SIGNATURE|ERR_TLS|ERR_SSL|certificate/;

/** The brokers refuse a message for its content, such as its size: a retry cannot help. */
export class MessageRefusedError extends Error {
  override readonly name = 'MessageRefusedError';
}

/** Converts a client error to an error of the catalogue, with advice where available. */
export function toBusError(error: unknown): BusUnavailableError | MessageRefusedError {
  if (error instanceof BusUnavailableError || error instanceof MessageRefusedError) return error;
  const chain = causesOf(error);
  const text = messageOf(chain);
  const types = chain.map(typeOf);
  if (types.some((type) => REFUSED_CONTENT.has(type))) return new MessageRefusedError(text, { cause: error });
  return new BusUnavailableError(explain(chain, types, text), { cause: error });
}

/** Returns the protocol error names (`TOPIC_ALREADY_EXISTS`) found in an error and its causes. */
export function protocolErrorsOf(error: unknown): readonly string[] {
  return causesOf(error)
    .map(typeOf)
    .filter((type) => type !== '');
}

function explain(chain: readonly Error[], types: readonly string[], text: string): string {
  if (chain.some(({ name }) => name === 'KafkaJSSASLAuthenticationError')) {
    return `the Kafka brokers refuse the login (${text}); check user name, password and SASL mechanism`;
  }
  if (types.some((type) => FORBIDDEN.has(type))) return `the Kafka user lacks a permission: ${text}`;
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION')) return `a Kafka topic does not exist: ${text}`;
  if (chain.some((cause) => UNTRUSTED.test(`${codeOf(cause)} ${cause.message}`))) {
    return `the TLS connection to the Kafka brokers fails (${text}); check the security protocol and the certificate authority`;
  }
  return `broker unavailable: ${text}`;
}

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  const open = [error];
  while (open.length > 0 && chain.length < 10) {
    const next = open.shift();
    if (!(next instanceof Error) || chain.includes(next)) continue;
    chain.push(next);
    open.push(next.cause);
    if ('errors' in next && Array.isArray(next.errors)) open.push(...(next.errors as readonly unknown[]));
  }
  return chain.length > 0 ? chain : [new Error(String(error))];
}

/** The innermost message is the broker's own; the outer ones repeat it. */
function messageOf(chain: readonly Error[]): string {
  return chain.at(-1)?.message ?? 'unknown';
}

function typeOf(error: Error): string {
  return 'type' in error && typeof error.type === 'string' ? error.type : '';
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
