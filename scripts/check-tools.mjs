// Builds or unpacks the programs that check files, into the cache, and prints where they come from.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
if (process.argv[2] !== 'prepare' || process.argv.length > 3) {
  console.error('usage: node scripts/check-tools.mjs prepare');
  process.exit(2);
}
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'test/services'], {
  cwd: root,
  stdio: 'inherit',
});
const { CHECK_TOOLS, findCheckTool } = await import('../test/services/dist/programs/check-tools.js');
let missing = 0;
for (const tool of CHECK_TOOLS) {
  const where = await findCheckTool(tool).catch((error) => {
    missing += 1;
    return `NONE: ${error.message}`;
  });
  console.log(`${tool.padEnd(14)}${where}`);
}
if (missing > 0 && process.env.SFM_REQUIRE_SERVICES === '1') {
  console.error('SFM_REQUIRE_SERVICES=1, and a tool cannot be had.');
  process.exit(1);
}
if (missing > 0)
  console.log('The suites of tools that are not there are skipped; SFM_REQUIRE_SERVICES=1 makes them fail.');
