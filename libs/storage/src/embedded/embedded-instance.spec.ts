import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { DataFolder, query } from '../../test/data-folder.js';
import { LauncherProgram, type LauncherProcess } from '../../test/launcher-process.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { isAlive } from './postmaster-file.js';

/** The launcher in processes of its own, which are killed and raced against each other. */
describe('EmbeddedPostgres over several processes', () => {
  let program: LauncherProgram;
  let folder: DataFolder;
  let processes: LauncherProcess[];

  beforeAll(async () => {
    program = await LauncherProgram.make();
  });

  afterAll(async () => {
    await program.remove();
  });

  beforeEach(async () => {
    folder = await DataFolder.make();
    processes = [];
  });

  afterEach(async () => {
    for (const each of processes) await each.end('SIGTERM');
    await stopLeftOver(folder.dataDir);
    await folder.remove();
  });

  function run(options: Record<string, unknown> = {}): LauncherProcess {
    // A busy PostgreSQL notices late that the holder of its lock was killed.
    const started = program.run(folder.dataDir, { lockWaitMs: 60_000, ...options });
    processes.push(started);
    return started;
  }

  it('adopts the PostgreSQL that a killed process left behind, and stops it in the end', async () => {
    const killed = run();
    const before = await killed.started();
    await query(before.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await killed.end('SIGKILL');
    expect(await isAlive(before.pid)).toBe(true);

    const next = run();
    const after = await next.started();

    expect({ ...after, created: false }).toEqual({ ...before, adopted: true, created: false });
    expect(await query(after.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await next.end('SIGTERM');
    await waitFor(async () => !(await isAlive(before.pid)));
    expect(await readdir(path.join(folder.dataDir, 'postgres'))).not.toContain('postmaster.pid');
  });

  it('survives being killed again and again, also in the middle of crash recovery', async () => {
    for (let round = 0; round < 4; round += 1) {
      const victim = run();
      const { url, pid } = await victim.started();
      await query(url, `CREATE TABLE round_${round} AS SELECT generate_series(1, 20000) AS n`);
      process.kill(pid, 'SIGKILL');
      // The victim is restarting PostgreSQL now; it dies in the act.
      await victim.end('SIGKILL');
    }

    const { url } = await run().started();

    for (let round = 0; round < 4; round += 1) {
      expect(await query(url, `SELECT count(*)::int AS rows FROM round_${round}`)).toEqual([{ rows: 20000 }]);
    }
  });

  it('restarts an adopted server that dies, on the same port', async () => {
    const killed = run();
    await killed.started();
    await killed.end('SIGKILL');
    const next = run();
    const { pid, url, adopted } = await next.started();
    expect(adopted).toBe(true);

    process.kill(pid, 'SIGKILL');

    await waitFor(async () => !(await isAlive(pid)));
    await waitFor(
      () =>
        query(url, 'SELECT 1').then(
          () => true,
          () => false,
        ),
      { what: () => next.logs.join('\n') },
    );
  });

  it('refuses a second instance, names the first, and leaves it working', async () => {
    const first = run();
    const { url, pid } = await first.started();

    const failure = await run({ lockWaitMs: 200 }).failed();

    expect(failure).toMatchObject({ name: 'EmbeddedInstanceLocked', code: 'INSTANCE_LOCKED' });
    expect(failure.message).toContain(`pid ${first.pid}, http://127.0.0.1:9595`);
    expect(failure.message).toContain(folder.dataDir);
    expect(failure.message).toContain('SOMA_DATA_DIR');
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await isAlive(pid)).toBe(true);
    expect(first.logs.join('\n')).not.toMatch(/died|taken over/);
  });

  it('lets exactly one of several racing first starts win', async () => {
    const racers = [run({ lockWaitMs: 200 }), run({ lockWaitMs: 200 }), run({ lockWaitMs: 200 })];

    const outcomes = await Promise.all(
      racers.map((racer) =>
        racer.failed().then(
          ({ code }) => code,
          () => 'started',
        ),
      ),
    );

    expect(outcomes.toSorted()).toEqual(['INSTANCE_LOCKED', 'INSTANCE_LOCKED', 'started']);
    expect((await readdir(folder.dataDir)).filter((name) => name.startsWith('postgres.init'))).toEqual([]);
  });

  it('starts a second instance as soon as the first has stopped', async () => {
    const first = run();
    await first.started();
    const second = run({ lockWaitMs: 120_000 });
    await first.end('SIGTERM');

    const { url } = await second.started();

    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('keeps PostgreSQL out of the process group that Ctrl-C reaches', async () => {
    const { pid } = await run().started();
    if (process.platform !== 'linux') return;

    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];

    expect({ group: Number(fields[2]), session: Number(fields[3]) }).toEqual({ group: pid, session: pid });
  });

  const asRoot = process.getuid?.() === 0 && process.platform === 'linux';
  (asRoot ? describe : describe.skip)('as root (skipped: needs uid 0 on Linux)', () => {
    it('runs PostgreSQL as another user and gives it nothing but the cluster', async () => {
      const { pid } = await run().started();

      expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
      expect((await stat(folder.dataDir)).uid).toBe(0);
      expect((await stat(path.join(folder.dataDir, 'postgres'))).uid).not.toBe(0);
      expect(await capabilities(pid)).toBe(0n);
    });

    it('runs with program and data below a folder that only root may enter', async () => {
      const closed = await LauncherProgram.make({ copyBinaries: true });
      await chmod(closed.folder, 0o700);
      const dataDir = path.join(closed.folder, 'data');
      await mkdir(dataDir, { mode: 0o700 });
      try {
        const first = closed.run(dataDir);
        processes.push(first);
        const { url, pid } = await first.started();
        await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer; CREATE EXTENSION pg_trgm');
        expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
        // CAP_DAC_READ_SEARCH alone.
        expect(await capabilities(pid)).toBe(1n << 2n);
        await first.end('SIGKILL');

        const second = closed.run(dataDir);
        processes.push(second);
        const again = await second.started();

        expect(again.adopted).toBe(true);
        expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
        await second.end('SIGTERM');
        expect(await isAlive(pid)).toBe(false);
      } finally {
        await stopLeftOver(dataDir);
        await closed.remove();
      }
    });
  });
});

async function capabilities(pid: number): Promise<bigint> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? 'ff'}`);
}

/** Adopts and stops what a killed process left behind. */
async function stopLeftOver(dataDir: string): Promise<void> {
  const names = await readdir(path.join(dataDir, 'postgres')).catch((): string[] => []);
  if (!names.includes('postmaster.pid')) return;
  const embedded = new EmbeddedPostgres({ dataDir });
  await embedded.start();
  await embedded.stop();
}
