import { readFileSync } from 'node:fs';

/** Address of a Qdrant server and how to connect to it. */
export interface QdrantConnectionOptions {
  /** REST address; overrides host, port and tls. Its port is 6333 when it names none. */
  readonly url?: string;
  readonly host?: string;
  /** @default 6333 */
  readonly port?: number;
  readonly apiKey?: string;
  /** Use https with host and port. */
  readonly tls?: boolean;
  /** PEM file of the authorities to trust instead of Node's own list. */
  readonly caFile?: string;
  /** Longest wait for the answer to one call, retries included, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** A server's address in the parts that the client expects. */
export interface QdrantAddress {
  readonly host: string;
  readonly port: number;
  readonly https: boolean;
  readonly prefix: string;
}

const DEFAULT_PORT = 6333;

/** @throws Error when there is neither an address nor a host, or the address is not http or https. */
export function qdrantAddress({ url, host, port, tls }: QdrantConnectionOptions): QdrantAddress {
  if (url === undefined) {
    if (host === undefined) throw new Error('Qdrant needs a url or a host.');
    return { host: bracketed(host), port: port ?? DEFAULT_PORT, https: tls ?? false, prefix: '' };
  }
  const { protocol, hostname, port: named, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error('The url of Qdrant must be an http(s) one.');
  const prefix = pathname.replace(/(?<!\/)\/+$/, '');
  return {
    host: hostname,
    port: named === '' ? defaultPort(url) : Number(named),
    https: protocol === 'https:',
    prefix,
  };
}

/** The trusted authorities as the TLS layer takes them; undefined for Node's own list. */
export function trustedAuthorities({ caFile }: QdrantConnectionOptions): string | undefined {
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile, 'utf8');
  } catch (cause) {
    throw new Error(`The Qdrant certificate authority ${caFile} cannot be read.`, { cause });
  }
}

/** `URL` drops the scheme's default port; an explicit `:443` must be kept. */
function defaultPort(url: string): number {
  const written = /^https?:\/\/[^/]*:(\d+)(\/|$)/.exec(url)?.[1];
  return written === undefined ? DEFAULT_PORT : Number(written);
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
