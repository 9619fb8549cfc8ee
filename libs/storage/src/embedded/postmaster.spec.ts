import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { DataFolder } from '../../test/data-folder.js';
import { clusterDirOf, prepareCluster } from './cluster.js';
import { LaunchIdentity } from './launch-identity.js';
import { locatePostgresBinaries } from './postgres-binaries.js';
import { Postmaster } from './postmaster.js';

describe('a PostgreSQL server that is watched', () => {
  let folder: DataFolder;
  let postmaster: Postmaster;

  beforeEach(async () => {
    folder = await DataFolder.make();
    postmaster = await launch(folder.dataDir);
  });

  afterEach(async () => {
    await postmaster.stop(5000);
    await folder.remove();
  });

  const kill = async () => {
    process.kill(postmaster.pid, 'SIGKILL');
    await waitFor(async () => !(await postmaster.isAlive()));
    // Whoever listened for the exit has been told by now.
    await nextTurn();
  };

  it('is told of when it is killed', async () => {
    let exits = 0;
    postmaster.watch(() => (exits += 1));
    await kill();
    expect(exits).toBe(1);
  });

  it('is told of when it was killed before anybody watched, but not before the watcher has its handle', async () => {
    await kill();
    let exits = 0;
    postmaster.watch(() => (exits += 1));
    expect(exits).toBe(0);
    await waitFor(() => exits === 1, { timeoutMs: 5000, what: () => 'the exit' });
  });

  it('is not told of to a watcher that has stopped', async () => {
    let exits = 0;
    const stopBefore = postmaster.watch(() => (exits += 1));
    stopBefore();
    await kill();
    const stopAfter = postmaster.watch(() => (exits += 1));
    stopAfter();
    let others = 0;
    postmaster.watch(() => (others += 1));
    await waitFor(() => others === 1, { timeoutMs: 5000, what: () => 'the exit' });
    expect(exits).toBe(0);
  });
});

async function launch(dataDir: string): Promise<Postmaster> {
  await mkdir(dataDir, { mode: 0o755 });
  const binaries = await locatePostgresBinaries({ fallbackLinkDir: path.join(dataDir, 'postgres-lib') });
  const identity = await LaunchIdentity.choose(binaries, dataDir, clusterDirOf(dataDir));
  const { dir } = await prepareCluster({ dataDir, binaries, identity });
  const options = { clusterDir: dir, logFile: path.join(dataDir, 'postgres.log'), binaries, identity, settings: {} };
  const launched = await Postmaster.launch(options, undefined, Date.now() + 60_000);
  if (!(launched instanceof Postmaster)) throw new Error(launched);
  return launched;
}
