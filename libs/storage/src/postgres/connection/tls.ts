import { readFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { createSecureContext, type ConnectionOptions } from 'node:tls';

/** Encryption modes of the connection, with the names and meanings of libpq's `sslmode`. */
export const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export interface TlsOptions {
  /** @default 'prefer' */
  readonly mode?: TlsMode;
  /** PEM file of the trusted authorities; Node's own list when absent. */
  readonly rootCertFile?: string;
  /** PEM files of the client certificate and its key. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** The `pg` driver's `ssl` option. */
export type PgTls =
  false | Pick<ConnectionOptions, 'rejectUnauthorized' | 'checkServerIdentity' | 'ca' | 'cert' | 'key'>;

/** True when `text` is a mode libpq knows. */
export function isTlsMode(text: string): text is TlsMode {
  return TLS_MODES.some((mode) => mode === text);
}

/**
 * Turns the mode and certificate files into driver options.
 *
 * The driver cannot fall back from TLS to plain text by itself, so for `allow` and `prefer` this asks the server once
 * whether it supports TLS. Both use TLS when offered (libpq's `allow` starts plain); neither checks the certificate. As
 * in libpq, `require` with a root certificate checks the chain.
 *
 * @throws Error naming the file that cannot be read or used, or the connection error of that request
 */
export async function resolveTls(host: string, port: number, options: TlsOptions): Promise<PgTls> {
  const mode = options.mode ?? 'prefer';
  if (mode === 'disable') return false;
  // Unix sockets are not encrypted.
  if (host.startsWith('/')) return false;
  if ((mode === 'allow' || mode === 'prefer') && !(await serverOffersTls(host, port))) return false;
  const [ca, cert, key] = await Promise.all([
    pem('root certificate', options.rootCertFile),
    pem('client certificate', options.certFile),
    pem('client key', options.keyFile),
  ]);
  checkPair(options, cert, key);
  const verifiesChain = mode === 'verify-ca' || mode === 'verify-full' || (mode === 'require' && ca !== undefined);
  return {
    rejectUnauthorized: verifiesChain,
    ...(verifiesChain && mode !== 'verify-full' ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Checked here because the driver's error, at the first connection, would name neither file. */
function checkPair({ certFile, keyFile }: TlsOptions, cert: string | undefined, key: string | undefined): void {
  if (cert === undefined && key === undefined) return;
  if (cert === undefined || key === undefined) {
    throw new Error('A PostgreSQL client certificate and its key are only useful together.');
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The PostgreSQL client certificate ${certFile} and key ${keyFile} cannot be used: ${reason}. ` +
        'Both must be PEM files, the key without a passphrase and of this certificate.',
      { cause },
    );
  }
}

async function pem(what: string, file: string | undefined): Promise<string | undefined> {
  // libpq's name for "the authorities of the operating system".
  if (file === undefined || file === '' || (what === 'root certificate' && file === 'system')) return undefined;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`The PostgreSQL ${what} ${file} cannot be read.`, { cause });
  });
  // OpenSSL silently ignores files without a PEM block.
  const content = what === 'client key' ? 'private key' : 'certificate';
  const block = new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${content.toUpperCase()}-----`);
  if (!block.test(text)) throw new Error(`The PostgreSQL ${what} ${file} holds no ${content} in PEM form.`);
  return text;
}

/** PostgreSQL's SSLRequest message: length 8, code 80877103. The server answers with one letter, S or N. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const ASK_TIMEOUT_MS = 5000;

async function serverOffersTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port });
    socket.setTimeout(ASK_TIMEOUT_MS, () => {
      socket.destroy(new Error(`PostgreSQL at ${host}:${port} did not answer within ${ASK_TIMEOUT_MS} ms.`));
    });
    socket.once('connect', () => socket.write(SSL_REQUEST));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      resolve(answer[0] === 0x53);
      socket.destroy();
    });
    socket.once('close', () => {
      reject(new Error(`PostgreSQL at ${host}:${port} closed the connection at once.`));
    });
  });
}
