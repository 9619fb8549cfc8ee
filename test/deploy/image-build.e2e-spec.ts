import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../services/environment.js';
import { freePort } from '../services/lifetime/free-port.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { ImageBuild } from './image-build.js';

const TOKEN = 'image-token-0123456789';

/** The steps of Dockerfile.runtime in folders of this machine, and the result as a container would run it. */
describe('what Dockerfile.runtime builds', () => {
  let image: ImageBuild;
  let data: string;
  let settings: Record<string, string>;

  beforeAll(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'sfm-image-data-'));
    image = await ImageBuild.of('Dockerfile.runtime');
    settings = {
      NODE_ENV: 'production',
      SOMA_DATA_DIR: data,
      SOMA_API_HOST: '127.0.0.1',
      SOMA_API_PORT: String(await freePort()),
      CONSUMER_METRICS_PORT: String(await freePort()),
      SOMA_API_TOKEN: TOKEN,
    };
  }, 1_200_000);

  afterAll(async () => {
    await rm(data, { recursive: true, force: true });
    await image.remove();
  });

  const run = (...command: string[]) => {
    const [program = '', ...args] = command;
    const { status, stdout, stderr } = spawnSync(path.join(image.folder, program), args, {
      cwd: image.folder,
      env: childEnvironment(settings),
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };

  it('holds programs and production packages, and nothing to build or test with', async () => {
    const entries = await readdir(image.folder, { recursive: true });
    const ours = entries.filter((entry) => !entry.includes('node_modules'));
    expect(ours.filter((entry) => /\.(ts|map|tsbuildinfo)$|\.spec\./.test(entry))).toEqual([]);
    expect(ours).toEqual(expect.arrayContaining(['apps/api/dist/main.js', 'apps/consumer/dist/main.js']));
    expect(ours).toEqual(expect.arrayContaining(['schemas/memory.event.json', 'migrations/dist/index.js', 'LICENSE']));
    for (const tool of ['typescript', 'jest', 'eslint', 'prettier', '@swc/core', '@sfm/test-services']) {
      expect(existsSync(path.join(image.folder, 'node_modules', tool))).toBe(false);
    }
  });

  it('lists its packages as CycloneDX', async () => {
    const sbom = JSON.parse(await readFile(path.join(image.folder, 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      components: { name: string }[];
    };
    expect(sbom.bomFormat).toBe('CycloneDX');
    const names = sbom.components.map(({ name }) => name);
    expect(names).toContain('kafkajs');
    expect(names).not.toContain('typescript');
  });

  it('serves: stores, recalls, answers its probe, and stops when asked', async () => {
    const child = spawn(path.join(image.folder, 'docker/entrypoint.sh'), ['api'], {
      cwd: image.folder,
      env: childEnvironment(settings),
    });
    const output = collect(child);
    const url = `http://127.0.0.1:${settings['SOMA_API_PORT']}`;
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    try {
      expect(run('docker/healthcheck.sh').status).toBe(1);
      await waitFor(
        async () => {
          if (child.exitCode !== null) throw new Error(output());
          return (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
        },
        { what: () => `the api: ${output()}` },
      );
      expect(run('docker/healthcheck.sh')).toMatchObject({ status: 0 });
      const memory = { coord: '1,2,3', payload: { text: 'the kettle is blue' } };
      const stored = await fetch(`${url}/store`, { method: 'POST', headers, body: JSON.stringify(memory) });
      expect(await stored.json()).toEqual({ ok: true });
      const recalled = await fetch(`${url}/recall?query=kettle`, { headers });
      expect(await recalled.json()).toMatchObject({ matches: [{ text: 'the kettle is blue' }] });
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
    expect(child.exitCode).toBe(0);
  });

  it('administers: soma shows its commands', () => {
    expect(run('docker/entrypoint.sh', 'soma', '--help')).toMatchObject({
      status: 0,
      output: expect.stringContaining('db'),
    });
  });

  it('starts the consumer, which asks for brokers', () => {
    const { output } = run('docker/entrypoint.sh', 'consumer');
    expect(output).toMatch(/broker|KAFKA_BOOTSTRAP_SERVERS/i);
    expect(output).not.toMatch(/ERR_MODULE_NOT_FOUND|Cannot find/);
  });
});

function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}
