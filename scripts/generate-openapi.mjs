// Writes docs/openapi.json from the built routes; with --check it only compares. Needs `npm run build`, no backend.
import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { previewOpenApi } from '../apps/api/dist/http/openapi/preview.js';

const target = new URL('../docs/openapi.json', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const text = `${JSON.stringify(await previewOpenApi(version), null, 2)}\n`;

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error('docs/openapi.json is not what the routes say: run node scripts/generate-openapi.mjs');
    process.exit(1);
  }
  console.log('docs/openapi.json is up to date');
} else {
  await writeFile(target, text);
  console.log(`docs/openapi.json written, ${text.length} characters`);
}
