import { TOKEN } from '../running-service.js';

/** Bytes that a hostile or careless client sends on one connection; made when they are sent, because some are large. */
export interface HostileBytes {
  readonly what: string;
  readonly bytes: () => Uint8Array | string;
  /** Connections that send them at the same time; 1 when left out. */
  readonly times?: number;
}

export type Headers = Readonly<Record<string, string | undefined>>;

const DEFAULTS: Headers = {
  Host: 'localhost',
  Authorization: `Bearer ${TOKEN}`,
  'Content-Type': 'application/json',
  Connection: 'close',
};

/** Takes away the token. */
export const WITHOUT_TOKEN: Headers = { Authorization: undefined };

/** A request as it goes over the wire. Header values of `undefined` take a default away. */
export function rawRequest(
  method: string,
  target: string,
  body: Uint8Array | string = '',
  headers: Headers = {},
): Buffer {
  const content = Buffer.from(body);
  const length = content.length > 0 ? { 'Content-Length': String(content.length) } : {};
  const lines = Object.entries({ ...DEFAULTS, ...length, ...headers })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), content]);
}
