import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FakePrograms } from './fake-programs.js';
import { runScript } from './run-script.js';

describe('collect_logs.sh', () => {
  let fakes: FakePrograms;
  let logs: string;

  beforeEach(async () => {
    fakes = await FakePrograms.create();
    logs = path.join(fakes.folder, 'some', 'logs');
  });
  afterEach(async () => {
    await fakes.remove();
  });

  const collect = (from: string) => runScript('scripts/collect_logs.sh', [from, logs], { fakes });

  it('keeps the log of every container of Compose, those that ended too', async () => {
    await fakes.add('docker', `case "$*" in *--services) printf 'api\\nkafka\\n' ;; *) echo "said: $*" ;; esac`);
    expect(await collect('compose')).toMatchObject({ status: 0 });
    expect((await readdir(logs)).sort()).toEqual(['api.log', 'kafka.log', 'ps.txt']);
    expect(await readFile(path.join(logs, 'kafka.log'), 'utf8')).toContain('logs --no-color --timestamps kafka');
  });

  it('keeps the logs of every pod, the one before a restart too, events, and no Secret', async () => {
    await fakes.add(
      'kubectl',
      `case "$*" in *jsonpath*) printf 'one two' ;; *--previous*) echo 'not found'; exit 1 ;; *) echo "said: $*" ;; esac`,
    );
    expect(await collect('cluster')).toMatchObject({ status: 0 });
    expect((await readdir(logs)).sort()).toEqual([
      ...['events.txt', 'nodes.txt', 'objects.txt'],
      ...['one.log', 'one.previous.log', 'pods.txt', 'two.log', 'two.previous.log'],
    ]);
    expect(await readFile(path.join(logs, 'one.previous.log'), 'utf8')).toContain('not found');
    expect((await fakes.calls()).join()).not.toMatch(/secret/i);
  });

  it.each([[[]], [['docker', 'x']], [['compose']], [['cluster', 'a', 'b']]])('refuses %j', async (args) => {
    expect(await runScript('scripts/collect_logs.sh', args)).toMatchObject({ status: 2 });
  });
});
