// Writes docs/CONFIGURATION.md from the table of settings; with --check it only compares. Needs a build (tsc -b).
import { renderConfigurationDocs } from '../libs/config/dist/index.js';
import { writeOrCheck } from './write-or-check.mjs';

writeOrCheck(
  new URL('../docs/CONFIGURATION.md', import.meta.url),
  renderConfigurationDocs(),
  'docs/CONFIGURATION.md does not match the settings: run node scripts/generate-config-docs.mjs',
);
