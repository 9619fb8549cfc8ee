// Servers for a developer: `up` starts them and prints the environment to use, `down` stops them. For the tests: `prepare`
// downloads what they need and prints what they will run against.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const LABELS = { postgres: 'PostgreSQL', redis: 'Redis', qdrant: 'Qdrant', kafka: 'Kafka' };
const commands = { up, down, prepare };

const command = commands[process.argv[2]];
if (command === undefined) {
  console.error(`usage: node scripts/dev-services.mjs ${Object.keys(commands).join('|')}`);
  process.exit(2);
}
try {
  // Standard output is for the lines to use.
  const compiler = ['node_modules/typescript/bin/tsc', '-b', 'test/services'];
  execFileSync(process.execPath, compiler, { cwd: root, stdio: ['ignore', 2, 2] });
  await command();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function up() {
  const { DEV_VARIABLES, devFolder, startDevServices } = await import('../test/services/dist/dev-services.js');
  const started = performance.now();
  const servers = await startDevServices(devFolder());
  for (const { service, isNew } of servers) {
    console.error(`${LABELS[service].padEnd(12)}${isNew ? 'started' : 'was running'}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`Ready after ${seconds} s; data in ${devFolder()}. \`make dev-services-down\` stops them. Use:\n`);
  for (const { service, address } of servers) console.log(`export ${DEV_VARIABLES[service]}='${address}'`);
}

async function down() {
  const { devFolder, stopDevContainers } = await import('../test/services/dist/dev-services.js');
  const { endProcesses } = await import('../test/services/lifetime/end-processes.mjs');
  await stopDevContainers(devFolder());
  const ended = await endProcesses(devFolder(), { gracefully: true });
  const what = ended.length === 0 ? 'No server was running as a process' : `Stopped ${ended.length} servers`;
  console.error(`${what}. Their data stays in ${devFolder()}.`);
}

async function prepare() {
  const { takeInventory } = await import('../test/services/dist/inventory.js');
  const lines = await takeInventory();
  for (const { service, what, problem } of lines) {
    console.log(`${LABELS[service].padEnd(12)}${problem === undefined ? what : `NONE: ${problem}`}`);
  }
  const { findHelm } = await import('../test/services/dist/programs/helm-program.js');
  const helm = await findHelm().then(
    ({ version, from }) => ({ what: `${version} (${from})` }),
    ({ message }) => ({ problem: message }),
  );
  lines.push(helm);
  console.log(`${'Helm'.padEnd(12)}${helm.problem === undefined ? helm.what : `NONE: ${helm.problem}`}`);
  const missing = lines.filter(({ problem }) => problem !== undefined);
  if (missing.length === 0) return;
  if (process.env.SFM_REQUIRE_SERVICES === '1')
    throw new Error('SFM_REQUIRE_SERVICES=1, and not everything can be had.');
  console.log('The suites of what is not there are skipped; SFM_REQUIRE_SERVICES=1 makes them fail.');
}
