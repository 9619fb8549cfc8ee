import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runScript } from '../deploy/run-script.js';
import { RunningService, TOKEN } from '../e2e/support/running-service.js';
import { queryTruth } from '../e2e/support/truth.js';
import { describeWith } from '../services/availability.js';
import { checkTools, findCheckTool } from '../services/programs/check-tools.js';
import { REPOSITORY } from '../services/repository.js';
import { read } from './known-names.js';
import { allPages, codeBlocks } from './markdown.js';

const describePython = await describeWith([], checkTools('grpcio-tools', 'requests'));

const pythonOf = (name: string): string => {
  const code = codeBlocks({ name, text: read(name) }).filter(({ language }) => language === 'python');
  return code.map((block) => block.code).join('\n');
};

describePython('Python in the documents', () => {
  let service: RunningService;
  let folder: string;

  beforeAll(async () => {
    service = await RunningService.start();
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-python-'));
    await symlink(path.join(REPOSITORY, 'proto'), path.join(folder, 'proto'));
  });
  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true });
  });

  /** Runs shell in the folder, where `python3` is one that has the packages. */
  const run = async (command: string) => {
    const tools = await Promise.all((['grpcio-tools', 'requests'] as const).map(findCheckTool));
    const [python = ''] = tools;
    const settings = {
      TOKEN,
      SOMA_API_TOKEN: TOKEN,
      PYTHONPATH: [folder, ...tools.map((tool) => path.join(path.dirname(tool), 'packages'))].join(':'),
    };
    const script = `cd '${folder}'\n${command.replaceAll('python3 ', `'${python}' `)}`;
    return runScript('bash', ['-euo', 'pipefail', '-c', script], { settings });
  };
  /** As it is written, but for the port of this service. */
  const runPage = async (name: string) => {
    const program = pythonOf(name)
      .replaceAll('http://127.0.0.1:9595', service.url)
      .replaceAll('localhost:50053', await service.grpcAddress());
    await writeFile(path.join(folder, 'snippet.py'), program);
    return run('python3 snippet.py');
  };

  it('is on these pages, and each of them is run', () => {
    expect(
      allPages()
        .map(({ name }) => name)
        .filter((name) => pythonOf(name) !== ''),
    ).toEqual(['docs/grpc.md', 'docs/quickstart.md']);
  });

  it('stores fifty memories by requests, and each of them is in the ledger', async () => {
    expect(await runPage('docs/quickstart.md')).toEqual({ status: 0, output: '200 {"stored":50}\n' });
    const counted = `SELECT count(*)::int FROM memory_events WHERE payload::text LIKE '%"cup %'`;
    expect(await queryTruth(service, counted)).toEqual([{ count: 50 }]);
  });

  it('stores, recalls and deletes by gRPC, with stubs made as the page says', async () => {
    const shell = codeBlocks({ name: '', text: read('docs/grpc.md') }).find(({ code }) =>
      code.includes('protoc'),
    )?.code;
    const lines = (shell ?? '').split('\n').filter((line) => line.startsWith('python3 '));
    expect(lines).toHaveLength(1);
    // The other interface compiles in the same way.
    const both = `${lines.join()}\n${lines.join().replace('memory.proto', 'memory_v1.proto')}`;
    expect(await run(both)).toEqual({ status: 0, output: '' });
    expect(await runPage('docs/grpc.md')).toEqual({
      status: 0,
      output: 'Health: ok\nStored: True e0d47499727d5f7ca8ebb37cad00f1d5\nRecalled: True\nDeleted: True\n',
    });
  });
});
