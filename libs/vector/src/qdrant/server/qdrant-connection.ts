import { readFileSync } from 'node:fs';

/** Where a Qdrant server is and how to reach it. */
export interface QdrantConnectionOptions {
  /** REST address; wins over host, port and tls. Its port is 6333 when it names none. */
  readonly url?: string;
  readonly host?: string;
  /** @default 6333 */
  readonly port?: number;
  readonly apiKey?: string;
  /** https with host and port. */
  readonly tls?: boolean;
  /** PEM file with the authorities to trust instead of Node's own list. */
  readonly caFile?: string;
  /** Longest wait for the answer to one call, tries included, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** A server's address in the parts that the client takes. */
export interface QdrantAddress {
  readonly host: string;
  readonly port: number;
  readonly https: boolean;
  readonly prefix: string;
}

const DEFAULT_PORT = 6333;

/** @throws Error when there is neither an address nor a host, or the address is not an http(s) one. */
export function qdrantAddress({ url, host, port, tls }: QdrantConnectionOptions): QdrantAddress {
  if (url === undefined) {
    if (host === undefined) throw new Error('Qdrant needs a url or a host.');
    return { host: bracketed(host), port: port ?? DEFAULT_PORT, https: tls ?? false, prefix: '' };
  }
  const { protocol, hostname, port: named, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error('The url of Qdrant must be an http(s) one.');
  const prefix = pathname.replace(/\/+$/, '');
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

/** `URL` drops a port that is the scheme's own; who wrote `:443` means it. */
function defaultPort(url: string): number {
  const written = /^https?:\/\/[^/]*:(\d+)(\/|$)/.exec(url)?.[1];
  return written === undefined ? DEFAULT_PORT : Number(written);
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
