import type { AppConfig } from '@sfm/config';
import type { TlsOptions } from '@sfm/storage';

/** How TLS to the PostgreSQL of `POSTGRES_URL` is configured. */
export function postgresTls({ database }: AppConfig): TlsOptions {
  const { sslMode, sslRootCertFile, sslCertFile, sslKeyFile } = database;
  return { mode: sslMode, rootCertFile: sslRootCertFile, certFile: sslCertFile, keyFile: sslKeyFile };
}
