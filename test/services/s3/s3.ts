import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { cachedFolder } from '../programs/cached-folder.js';
import { childEnvironment } from '../environment.js';
import { freePort, LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { buildGoProgram, type GoProgram } from '../programs/go-program.js';
import type { ServerProcess } from '../lifetime/server-process.js';
import { privatePlace } from '../lifetime/shared-server.js';

const SOURCE: GoProgram = {
  module: 'github.com/johannesboyne/gofakes3',
  version: 'v1.2.0',
  program: 'cmd/gofakes3',
};

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
  const folder = await cachedFolder(`gofakes3-${SOURCE.version}`, (draft) => buildGoProgram(SOURCE, draft));
  return path.join(folder, 'gofakes3');
}
