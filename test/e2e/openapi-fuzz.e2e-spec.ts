import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../services/availability.js';
import { toolEnvironment } from '../services/environment.js';
import { checkTools, findCheckTool } from '../services/programs/check-tools.js';
import { RunningService, TOKEN } from './support/running-service.js';

const describeFuzzed = await describeWith([], checkTools('schemathesis'));

/**
 * All checks but those that want what the document does not promise to be refused: the older routes take more than it says,
 * on purpose. `hostile-inputs` holds what must be refused.
 */
const NOT_CHECKED = 'negative_data_rejection,missing_required_header';
const TIMEOUT_MS = 240_000;

describeFuzzed('the OpenAPI document, tried by requests made from its schemas', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.dispose());

  /** Runs the fuzzer; `isClean` when every request was answered as the document says. */
  async function fuzz(document: string, ...options: readonly string[]) {
    const program = await findCheckTool('schemathesis');
    const hooks = fileURLToPath(new URL('./support/schemathesis', import.meta.url));
    const repeatable = ['--seed', '20261130', '--generation-database', 'none', '--no-color', '--workers', '1'];
    const settings = ['--config-file', join(hooks, 'schemathesis.toml')];
    const args = [
      ...settings,
      'run',
      document,
      '--header',
      `Authorization: Bearer ${TOKEN}`,
      '--exclude-checks',
      NOT_CHECKED,
    ];
    return new Promise<{ isClean: boolean; report: string }>((resolve) => {
      execFile(
        program,
        [...args, ...repeatable, '--suppress-health-check', 'all', ...options],
        {
          cwd: service.dataDir,
          env: toolEnvironment({ PYTHONPATH: hooks, SCHEMATHESIS_HOOKS: 'hooks' }),
          timeout: TIMEOUT_MS,
          maxBuffer: 32 * 1024 * 1024,
        },
        (error, stdout, stderr) => resolve({ isClean: error === null, report: stdout + stderr }),
      );
    });
  }

  it(
    'says what the service does: what it allows is taken, what is answered stands in it',
    async () => {
      const { isClean, report } = await fuzz(
        `${service.url}/openapi.json`,
        '--max-examples',
        '15',
        '--continue-on-failure',
      );
      if (!isClean) throw new Error(report);
      expect(Number(/Tested: (\d+)/.exec(report)?.[1])).toBeGreaterThan(30);
    },
    TIMEOUT_MS,
  );

  it(
    'is found out when it allows what the service refuses, or keeps a status to itself',
    async () => {
      const { paths } = await service.json<{ paths: Record<string, object> }>('/openapi.json');
      const path = '/memories/{coord}';
      const text = JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'x', version: '1' },
        paths: { [path]: paths[path] },
      });
      const planted = join(service.dataDir, 'planted.json');
      const lies: [string, string][] = [
        ['Schema-valid request rejected', text.replace(/"pattern":"[^"]*\[0-9\][^"]*"/g, '"minLength":1')],
        ['Undocumented', text.replaceAll('"404":', '"418":')],
      ];
      for (const [found, lie] of lies) {
        expect(lie).not.toBe(text);
        await writeFile(planted, lie.replaceAll(/"\$ref":"[^"]*"/g, '"type":"object"'));
        const { isClean, report } = await fuzz(planted, '--url', service.url, '--max-examples', '10');
        expect({ isClean, found: report.includes(found) ? found : report }).toEqual({ isClean: false, found });
      }
    },
    TIMEOUT_MS,
  );
});
