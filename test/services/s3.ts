import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { cachedFolder } from './cached-folder.js';
import { childEnvironment } from './environment.js';
import { freePort, LOOPBACK } from './free-port.js';
import { LocalServer } from './local-server.js';
import { findOnPath, runTool } from './run-tool.js';
import { ServerUnavailable, type ServerProcess } from './server-process.js';
import { privatePlace } from './shared-server.js';

const MODULE = 'github.com/johannesboyne/gofakes3/cmd/gofakes3';
const VERSION = 'v1.2.0';
const HOW = 'Install Go (https://go.dev) to build one.';

/**
 * A server that speaks the S3 protocol and keeps everything in memory, with one empty bucket.
 *
 * @throws ServerUnavailable
 */
export async function startS3(): Promise<ServerProcess & { readonly endpoint: string; readonly bucket: string }> {
  const command = await findS3();
  const port = await freePort();
  const bucket = `test-${randomBytes(4).toString('hex')}`;
  const endpoint = `http://${LOOPBACK}:${port}`;
  const { folder, records } = privatePlace('s3');
  const server = new LocalServer({
    name: 'the S3 server',
    command,
    args: ['-backend', 'memory', '-host', `${LOOPBACK}:${port}`, '-initialbucket', bucket, '-quiet'],
    env: childEnvironment(),
    folder,
    records,
    answers: () => fetch(endpoint).then(isAnswer, () => false),
  });
  await server.start();
  return Object.assign(server, { endpoint, bucket });
}

function isAnswer({ status }: Response): boolean {
  return status < 500;
}

/** The program, built into the download cache the first time. @throws ServerUnavailable */
export async function findS3(): Promise<string> {
  const go = await findOnPath('go');
  if (go === undefined) throw new ServerUnavailable(`There is no S3 server. ${HOW}`);
  const folder = await cachedFolder(`gofakes3-${VERSION}`, async (draft) => {
    await runTool(go, ['install', `${MODULE}@${VERSION}`], { env: { GOBIN: draft, GOFLAGS: '-mod=mod' } });
  });
  return path.join(folder, 'gofakes3');
}
