// Writes docs/openapi.json from the built routes; with --check it only compares. Needs `npm run build`, no backend.
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { previewOpenApi } from '../apps/api/dist/http/preview-openapi.js';
import { writeOrCheck } from './write-or-check.mjs';

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const text = `${JSON.stringify(await previewOpenApi(version), null, 2)}\n`;

const isWritten = writeOrCheck(
  new URL('../docs/openapi.json', import.meta.url),
  text,
  'docs/openapi.json is not what the routes say: run node scripts/generate-openapi.mjs',
);
console.log(`docs/openapi.json ${isWritten ? `written, ${text.length} characters` : 'is up to date'}`);
