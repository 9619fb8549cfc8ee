import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakePrograms } from './fake-programs.js';
import { runScript } from './run-script.js';

describe('scan_images.sh', () => {
  let fakes: FakePrograms;
  beforeEach(async () => {
    fakes = await FakePrograms.create();
  });
  afterEach(async () => {
    await fakes.remove();
  });
  const scan = (...images: string[]) => runScript('scripts/scan_images.sh', images, { fakes });

  it('looks at our image whole, and at the system of each server of the stack', async () => {
    await fakes.add('trivy', '');
    expect(await scan()).toMatchObject({ status: 0 });
    const calls = await fakes.calls();
    const seen = calls.map((call) => /--pkg-types (\S+) ([\w./-]+):/.exec(call)?.slice(1).join(' '));
    expect(seen).toEqual([
      'os,library somafractalmemory-runtime',
      ...['apache/kafka', 'postgres', 'qdrant/qdrant', 'redis'].map((image) => `os ${image}`),
    ]);
    for (const call of calls) expect(call).toContain('--severity HIGH,CRITICAL --ignore-unfixed --exit-code 1');
  });

  it('looks at all of them and names those with a weakness', async () => {
    await fakes.add('trivy', 'case "$*" in *bad*) exit 1 ;; esac');
    const { status, output } = await scan('bad:1', 'good:1', 'bad:2');
    expect({ status, output }).toEqual({
      status: 1,
      output: expect.stringContaining('weaknesses that are mended elsewhere: bad:1 bad:2'),
    });
    expect(await fakes.calls()).toHaveLength(3);
  });
});
