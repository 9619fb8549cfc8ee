// Writes an empty migration and adds it to the list: node scripts/new-migration.mjs add-something
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const usage = 'usage: make db-revision NAME=what-it-does   (lower case words with hyphens)';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, folder: { type: 'string' } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [name = ''] = positionals;
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  console.error(usage);
  process.exit(2);
}
const folder = values.folder ? new URL(`file://${values.folder}/`) : new URL('../migrations/src/', import.meta.url);
const index = new URL('index.ts', folder);
const list = await readFile(index, 'utf8');
const words = name.split('-').map((word) => word[0].toUpperCase() + word.slice(1));
const stem = words.join('');
if (new RegExp(`\\b${stem}\\d+\\b`).test(list)) {
  console.error(`there is a migration ${name} already`);
  process.exit(1);
}
// After the newest one, whatever this machine's clock says.
const newest = Math.max(0, ...[...list.matchAll(/'\.\/(\d+)-/g)].map(([, time]) => Number(time)));
const time = Math.max(Date.now(), newest + 1);
const className = `${stem}${time}`;
const file = new URL(`${time}-${name}.ts`, folder);
await writeFile(
  file,
  `import type { MigrationInterface, QueryRunner } from 'typeorm';

/** ${words.join(' ')}: say what changes, and what an older version of the service makes of it. */
export class ${className} implements MigrationInterface {
  readonly name = '${className}';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('SELECT 1');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('SELECT 1');
  }
}
`,
  { flag: 'wx' },
);
const imports = list.replace(/((?:import .*\n)+)/, `$1import { ${className} } from './${time}-${name}.js';\n`);
const listed = /(?<=export const MIGRATIONS = \[)[^\]]*(?=\];)/;
await writeFile(
  index,
  imports.replace(listed, (classes) => `${classes.trimEnd().replace(/,$/, '')}, ${className}`),
);
console.log(`migrations/src/${time}-${name}.ts`);
