// Exports and imports: memories per second, and whether the memory of the process grows with the size of the file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOKEN } from './bench-service.mjs';
import { parseArguments } from './load.mjs';

const USAGE = `usage: node bench/portability.mjs [--small 20000] [--large 200000] [--json]
Imports files of so many small memories, each linked to the one before, with the command line program into an embedded database, or that of
POSTGRES_URL, and exports them with their history again. Both must need no more memory for the large file than for the small one,
300 MB at most.`;
const options = parseArguments(USAGE, { small: 20_000, large: 200_000 });
const GOALS = { megabytes: 300, growth: 1.5 };
const SOMA = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));
/** Tells the most memory that the process had when it ends, on a pipe of its own. */
const WATCH =
  'data:text/javascript,' +
  encodeURIComponent(`import { writeSync } from 'node:fs';
process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`);

const dataDir = await mkdtemp(join(tmpdir(), 'sfm-bench-'));

/** Runs the program; resolves with its seconds and the megabytes that it had at most. */
async function soma(...words) {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', WATCH, SOMA, ...words], {
    env: { ...process.env, SOMA_DATA_DIR: dataDir, SOMA_API_TOKEN: TOKEN },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let [told, complaints] = ['', ''];
  child.stdio[3].on('data', (text) => (told += text));
  child.stderr.on('data', (text) => (complaints += text));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`soma ${words[0]} ended with ${child.exitCode}: ${complaints}`);
  return { seconds: (performance.now() - started) / 1000, megabytes: Number(told) / 1024 };
}

async function writeFile(path, count) {
  const file = createWriteStream(path);
  const at = '2026-01-31T12:00:00.000Z';
  const line = async (record) => file.write(`${JSON.stringify(record)}\n`) || (await once(file, 'drain'));
  await line({ format: 'somafractalmemory', version: 1 });
  for (let n = 0; n < count; n += 1) {
    await line({
      ...{ kind: 'memory', coordinate: [n, 1], version: 1, type: 'episodic', payload: { text: `memory number ${n}` } },
      ...{ importance: null, importance_norm: 0, expires_at: null, created_at: at, updated_at: at },
    });
  }
  for (let n = 1; n < count; n += 1) {
    await line({
      ...{ kind: 'link', from: [n, 1], to: [n - 1, 1], type: 'next', weight: 1, metadata: {}, version: 1 },
      ...{ created_at: at, updated_at: at },
    });
  }
  await new Promise((done) => file.end(done));
}

/** Both directions at one size. */
async function measure(size, count) {
  const [given, taken] = [join(dataDir, `${size}-given.ndjson`), join(dataDir, `${size}-taken.ndjson`)];
  const namespace = `bench_portability_${size}`;
  await writeFile(given, count);
  const imported = await soma('import', '--namespace', namespace, '--ignore-checksums', given);
  const exported = await soma('export', '--namespace', namespace, '--include', 'history', '--output', taken);
  return { count, fileMegabytes: (await stat(taken)).size / 1e6, imported, exported };
}

try {
  // The database is made first, which takes its time once.
  await soma('export', '--output', join(dataDir, 'none.ndjson'));
  const results = { small: await measure('small', options.small), large: await measure('large', options.large) };
  const passed = ['imported', 'exported'].every((way) => {
    const [small, large] = [results.small[way].megabytes, results.large[way].megabytes];
    return large <= GOALS.megabytes && large <= GOALS.growth * small;
  });
  if (options.json) console.log(JSON.stringify({ ...results, passed }));
  else {
    for (const { count, fileMegabytes, ...ways } of Object.values(results)) {
      for (const way of ['imported', 'exported']) {
        const { seconds, megabytes } = ways[way];
        console.log(
          `${count} memories, ${fileMegabytes.toFixed(1)} MB: ${way} in ${seconds.toFixed(1)} s, ` +
            `${Math.round(count / seconds)} per second, at most ${Math.round(megabytes)} MB in use`,
        );
      }
    }
    console.log(passed ? 'passed' : 'failed: the memory in use grows with the file');
  }
  process.exitCode = passed ? 0 : 1;
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
