// Restores what snapshot-qdrant.mjs saved: WORK_DIR holds SHA256SUMS, the snapshots and aliases.json.
import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const { QDRANT_URL, QDRANT_API_KEY, WORK_DIR } = process.env;
if (!QDRANT_URL || !WORK_DIR) {
  console.error('QDRANT_URL and WORK_DIR must be set');
  process.exit(2);
}
const base = QDRANT_URL.replace(/\/+$/, '');
const headers = QDRANT_API_KEY ? { 'api-key': QDRANT_API_KEY } : {};
const SUFFIX = '.snapshot';

async function send(route, init) {
  const response = await fetch(`${base}${route}`, {
    method: 'POST',
    ...init,
    headers: { ...headers, ...init.headers },
  });
  if (!response.ok) throw new Error(`POST ${route} answered ${response.status}: ${await response.text()}`);
}

async function verify(line) {
  const [, digest, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
  if (!file || path.basename(file) !== file) throw new Error(`SHA256SUMS holds a line that is none: ${line}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path.join(WORK_DIR, file)), hash);
  if (hash.digest('hex') !== digest) throw new Error(`${file} does not match its checksum; nothing was restored`);
  return file;
}

try {
  const lines = (await readFile(path.join(WORK_DIR, 'SHA256SUMS'), 'utf8')).trim().split('\n');
  const files = [];
  for (const line of lines) files.push(await verify(line));
  for (const file of files.filter((name) => name.endsWith(SUFFIX))) {
    const collection = encodeURIComponent(file.slice(0, -SUFFIX.length));
    const body = new FormData();
    body.append('snapshot', await openAsBlob(path.join(WORK_DIR, file)), file);
    await send(`/collections/${collection}/snapshots/upload?priority=snapshot&wait=true`, { body });
    console.log(`restored ${file}`);
  }
  const { aliases } = JSON.parse(await readFile(path.join(WORK_DIR, 'aliases.json'), 'utf8'));
  const actions = aliases.map((alias) => ({ create_alias: alias }));
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ actions }) };
  if (actions.length > 0) await send('/collections/aliases', json);
  console.log(`restored ${actions.length} aliases`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
