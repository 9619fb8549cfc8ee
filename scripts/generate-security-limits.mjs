// Writes the limits of the settings into docs/security.md; with --check it only compares. Needs a build (tsc -b).
import { readFileSync } from 'node:fs';
import { withLimits } from '../libs/config/dist/index.js';
import { writeOrCheck } from './write-or-check.mjs';

const page = new URL('../docs/security.md', import.meta.url);

writeOrCheck(
  page,
  withLimits(readFileSync(page, 'utf8')),
  'docs/security.md does not state the limits of the settings: run node scripts/generate-security-limits.mjs',
);
