import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Ends the servers that a folder knows of, whoever started them: processes noted in `processes/` (the file is the pid, its
 * content the signal for a server whose data is thrown away), containers in `shared/docker.json`.
 *
 * @param {string} folder
 * @param {{ gracefully?: boolean }} [options] gracefully: the servers put their data in order first
 * @returns {Promise<number[]>} pids of the processes that it ended
 */
export async function endProcesses(folder, { gracefully = false } = {}) {
  await removeContainers(folder);
  const records = join(folder, 'processes');
  const ended = recordedPids(records).filter((pid) => isOurs(folder, pid));
  for (const pid of ended) {
    const abrupt = readFileSync(join(records, String(pid)), 'utf8').trim();
    // PostgreSQL's SIGTERM would wait for its clients to go.
    const polite = abrupt === 'SIGQUIT' ? 'SIGINT' : 'SIGTERM';
    signal(pid, gracefully ? polite : abrupt);
  }
  const deadline = Date.now() + (gracefully ? 20_000 : 5000);
  for (const pid of ended) {
    while (isOurs(folder, pid) && Date.now() < deadline) await delay(10);
    if (isOurs(folder, pid)) signal(pid, 'SIGKILL');
  }
  rmSync(records, { recursive: true, force: true });
  return ended;
}

/** @param {string} records */
function recordedPids(records) {
  try {
    return readdirSync(records).map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/** A pid is used again one day: the servers work inside the folder that knows them. */
export function isOurs(folder, pid) {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return (readlinkSync(`/proc/${pid}/cwd`) + sep).startsWith(realpathSync(folder) + sep);
  } catch {
    return false;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // Gone in the meantime.
  }
}

async function removeContainers(folder) {
  const name = composeProject(join(folder, 'shared', 'docker.json'));
  if (name === undefined) return;
  await new Promise((resolve) => {
    const file = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url));
    const project = ['--file', file, '--project-name', name, '--profile', 'test'];
    const args = ['compose', ...project, 'down', '--volumes', '--remove-orphans', '--timeout', '2'];
    execFile('docker', args, { timeout: 60_000 }, resolve);
  });
}

/** The project, if containers were started in it. */
function composeProject(file) {
  try {
    const { state } = JSON.parse(readFileSync(file, 'utf8'));
    return state?.why === '' ? state.project : undefined;
  } catch {
    return undefined;
  }
}
