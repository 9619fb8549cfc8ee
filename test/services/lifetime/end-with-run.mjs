// Waits for the end of a test run, by its pid; if that was no orderly end, ends the run's servers and removes its folder.
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcesses } from './end-processes.mjs';

const [pid, folder] = process.argv.slice(2);
while (existsSync(folder) && isAlive(Number(pid))) await delay(500);
if (existsSync(folder)) {
  await endProcesses(folder);
  rmSync(folder, { recursive: true, force: true });
}

function isAlive(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
