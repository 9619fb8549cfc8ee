// Runs a command with servers of its own, and their addresses in the environment; ends them with it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [command, ...words] = process.argv.slice(2);
if (command === undefined || command.startsWith('-')) {
  console.error('usage: node scripts/with-servers.mjs COMMAND [ARGUMENTS]');
  process.exit(2);
}
const root = fileURLToPath(new URL('../', import.meta.url));
const compiler = ['node_modules/typescript/bin/tsc', '-b', 'test/services'];
execFileSync(process.execPath, compiler, { cwd: root, stdio: ['ignore', 2, 2] });
const { DEV_VARIABLES, startDevServices, stopDevContainers } = await import('../test/services/dist/dev-services.js');
const { endProcesses } = await import('../test/services/lifetime/end-processes.mjs');

const folder = mkdtempSync(join(tmpdir(), 'sfm-servers-'));
try {
  const servers = await startDevServices(folder);
  const addresses = Object.fromEntries(servers.map(({ service, address }) => [DEV_VARIABLES[service], address]));
  const child = spawn(command, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ...addresses } });
  // The command gets the signals of the terminal too; the servers go after it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopDevContainers(folder);
  await endProcesses(folder);
  rmSync(folder, { recursive: true, force: true });
}
