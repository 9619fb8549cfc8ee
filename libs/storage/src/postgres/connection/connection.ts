import { isTlsMode, resolveTls, TLS_MODES, type PgTls, type TlsOptions } from './tls.js';

/** How to reach a PostgreSQL database, ready for the driver. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl: PgTls;
}

/** A `postgresql://` URL is malformed, or asks for an unsupported feature. The message contains no password. */
export class InvalidPostgresUrl extends Error {
  override readonly name = 'InvalidPostgresUrl';
}

/**
 * Parses a `postgresql://` URL and decides the encryption.
 *
 * Query parameters `sslmode`, `sslrootcert`, `sslcert`, `sslkey` and `host` (socket folder) have libpq's meaning;
 * options given beside the URL override them.
 *
 * @throws InvalidPostgresUrl; Error for an unreadable certificate, or when the server cannot be asked about TLS
 */
export async function resolveConnection(url: string, tls: TlsOptions = {}): Promise<PostgresConnection> {
  const parsed = parse(url);
  const { searchParams } = parsed;
  const host = searchParams.get('host') ?? decode(parsed.hostname.replace(/^\[|\]$/g, ''));
  const port = parsed.port === '' ? 5432 : Number(parsed.port);
  const mode = tls.mode ?? searchParams.get('sslmode') ?? undefined;
  if (mode !== undefined && !isTlsMode(mode)) {
    throw new InvalidPostgresUrl(`sslmode "${mode}" is unknown; allowed are ${TLS_MODES.join(', ')}.`);
  }
  const user = decode(parsed.username) || 'postgres';
  return {
    host: host || 'localhost',
    port,
    user,
    password: decode(parsed.password),
    database: decode(parsed.pathname.slice(1)) || user,
    ssl: await resolveTls(host || 'localhost', port, {
      mode,
      rootCertFile: tls.rootCertFile ?? searchParams.get('sslrootcert') ?? undefined,
      certFile: tls.certFile ?? searchParams.get('sslcert') ?? undefined,
      keyFile: tls.keyFile ?? searchParams.get('sslkey') ?? undefined,
    }),
  };
}

function parse(url: string): URL {
  // SQLAlchemy writes the driver into the scheme (postgresql+psycopg2://); deployments carry such URLs.
  // With `?host=` the authority may name a user and no host, which a URL parser refuses.
  const plain = url
    .replace(/^(postgres(?:ql)?)\+[a-z0-9]+:/i, '$1:')
    .replace(/^(postgres(?:ql)?:\/\/[^/?#@]*@)(?=[/?#]|$)/i, '$1localhost');
  if (!/^postgres(ql)?:\/\//i.test(plain)) {
    throw new InvalidPostgresUrl('The PostgreSQL URL must start with postgresql://');
  }
  try {
    return new URL(plain);
  } catch {
    // The URL parser's own error quotes the input, including the password.
    throw new InvalidPostgresUrl(
      'The PostgreSQL URL is malformed; the form is postgresql://user:password@host:port/database (special characters percent-encoded, one host).',
    );
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
