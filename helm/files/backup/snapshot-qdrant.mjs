// Snapshots every collection of QDRANT_URL into a folder of WORK_DIR: one file per collection, SHA256SUMS, aliases.json.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const { QDRANT_URL, QDRANT_API_KEY, WORK_DIR } = process.env;
if (!QDRANT_URL || !WORK_DIR) {
  console.error('QDRANT_URL and WORK_DIR must be set');
  process.exit(2);
}
const base = QDRANT_URL.replace(/\/+$/, '');
const headers = QDRANT_API_KEY ? { 'api-key': QDRANT_API_KEY } : {};

async function qdrant(method, route) {
  const response = await fetch(`${base}${route}`, { method, headers });
  if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}: ${await response.text()}`);
  return response;
}

const result = async (method, route) => (await (await qdrant(method, route)).json()).result;

async function save(collection, folder) {
  const root = `/collections/${encodeURIComponent(collection)}/snapshots`;
  const { name, checksum } = await result('POST', `${root}?wait=true`);
  const snapshot = `${root}/${encodeURIComponent(name)}`;
  try {
    const hash = createHash('sha256');
    const counted = new Transform({
      transform(chunk, _, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const file = `${collection}.snapshot`;
    const { body } = await qdrant('GET', snapshot);
    await pipeline(Readable.fromWeb(body), counted, createWriteStream(path.join(folder, file)));
    const digest = hash.digest('hex');
    if (checksum && checksum !== digest) throw new Error(`${collection}: the copy differs from the snapshot`);
    return `${digest}  ${file}\n`;
  } finally {
    // The server's disk is for data.
    await qdrant('DELETE', `${snapshot}?wait=true`);
  }
}

try {
  const folder = `qdrant-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const draft = path.join(WORK_DIR, `.${folder}`);
  await mkdir(draft);
  const { collections } = await result('GET', '/collections');
  let sums = '';
  for (const { name } of collections) sums += await save(name, draft);
  const aliases = JSON.stringify(await result('GET', '/aliases'));
  await writeFile(path.join(draft, 'aliases.json'), aliases);
  sums += `${createHash('sha256').update(aliases).digest('hex')}  aliases.json\n`;
  await writeFile(path.join(draft, 'SHA256SUMS'), sums);
  await rename(draft, path.join(WORK_DIR, folder));
  console.log(`saved ${collections.length} collections to ${folder}`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
