// Prints what CHANGELOG.md says about a version, and refuses one that is not the version of package.json:
// node scripts/release-notes.mjs 1.2.3
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const usage = 'usage: node scripts/release-notes.mjs X.Y.Z [--changelog FILE --package FILE]';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changelog: { type: 'string', default: 'CHANGELOG.md' },
    package: { type: 'string', default: 'package.json' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [version = ''] = positionals;
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) {
  console.error(usage);
  process.exit(2);
}
const { version: packaged } = JSON.parse(await readFile(values.package, 'utf8'));
if (packaged !== version) fail(`package.json says ${packaged}, not ${version}`);
const sections = (await readFile(values.changelog, 'utf8')).split(/^## /m);
const section = sections.find((text) => text.startsWith(`[${version}]`));
const notes = section?.split('\n').slice(1).join('\n').trim();
if (!notes) fail(`CHANGELOG.md has nothing under [${version}]`);
console.log(notes);

function fail(message) {
  console.error(`release-notes: ${message}`);
  process.exit(1);
}
