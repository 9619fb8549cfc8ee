// Writes docs/CONFIGURATION.md from the table of settings; with --check it only compares. Needs a build (tsc -b).
import { readFileSync, writeFileSync } from 'node:fs';
import { renderConfigurationDocs } from '../libs/config/dist/index.js';

const page = new URL('../docs/CONFIGURATION.md', import.meta.url);
const wanted = renderConfigurationDocs();

if (process.argv.includes('--check')) {
  let present = '';
  try {
    present = readFileSync(page, 'utf8');
  } catch {
    // A missing page is a page that differs.
  }
  if (present !== wanted) {
    console.error('docs/CONFIGURATION.md does not match the settings: run node scripts/generate-config-docs.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(page, wanted);
}
