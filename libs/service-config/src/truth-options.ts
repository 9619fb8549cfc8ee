import type { TruthOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { resolve } from 'node:path';
import { SETTINGS_WORDING } from './settings-wording.js';

/** Returns the PostgreSQL of `POSTGRES_URL`, or an embedded one in the data folder. */
export function truthOptions({ database, service }: AppConfig): TruthOptions {
  const { url, directUrl, poolSize: size, connectTimeoutMs, statementTimeoutMs } = database;
  const common = { pool: { size, connectTimeoutMs, statementTimeoutMs }, wording: SETTINGS_WORDING };
  if (url === undefined) return { kind: 'embedded', dataDir: resolve(service.dataDir), ...common };
  const { sslMode: mode, sslRootCertFile: rootCertFile, sslCertFile: certFile, sslKeyFile: keyFile } = database;
  const tls = { mode, rootCertFile, certFile, keyFile };
  return { kind: 'server', url, ...(directUrl === undefined ? {} : { directUrl }), tls, ...common };
}
