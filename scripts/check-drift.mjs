// Every scripts/generate-*.mjs writes a committed file; with --check it only says whether the file is up to date.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./', import.meta.url));
const generators = readdirSync(here).filter((name) => /^generate-.+\.mjs$/.test(name));

const stale = generators.filter((name) => {
  const { status } = spawnSync(process.execPath, [here + name, '--check'], { stdio: 'inherit' });
  console.log(`${status === 0 ? 'up to date' : 'STALE'}: scripts/${name}`);
  return status !== 0;
});
process.exit(generators.length === 0 || stale.length > 0 ? 1 : 0);
