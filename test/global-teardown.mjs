import { rmSync } from 'node:fs';
import { endProcesses } from './services/lifetime/end-processes.mjs';
import { printUses } from './services/print-uses.mjs';

/** Ends the servers of this test run and removes its folder. */
export default async function globalTeardown() {
  const folder = process.env.SFM_TEST_RUN_DIR;
  if (!folder) return;
  if (process.env.SFM_TEST_TABLE) printUses(folder);
  await endProcesses(folder);
  rmSync(folder, { recursive: true, force: true });
}
