import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { findShell } from '../services/programs/shells.js';
import { freePort, RunningService, TOKEN } from './support/running-service.js';
import { SOMA, soma, startSoma, type SomaResult } from './support/soma.js';

/** What differs from one run to the next: times, and how large rows are. */
const OF_THE_MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z|(?<="(?:timestamp|bytes)":)[\d.]+|(?<=timestamp: )[\d.]+/g;

const KETTLE = { text: 'The kettle is in the blue cupboard', room: 'kitchen', exact: 1 };
const CUPBOARD = { text: 'The blue cupboard is in the pantry' };

describe('soma on memories', () => {
  let service: RunningService;
  let folder: string;
  let nobody: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-cli-'));
    // The embedded server runs as another user where this process is root.
    await chmod(folder, 0o755);
    nobody = String(await freePort());
    await writeFile(
      path.join(folder, 'bulk.json'),
      JSON.stringify([
        { coord: '2,2,2', payload: CUPBOARD, type: 'semantic' },
        { coord: '7,7,7', payload: { text: 'Tea is green' }, type: 'semantic' },
        { coord: '8,8,8', payload: { text: 'Coffee is black' } },
        { coord: 'nowhere', payload: {} },
      ]),
    );
    service = await RunningService.start();
  });
  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const remote = (...args: string[]) => soma({ SOMA_URL: service.url }, ...args);
  const file = (name: string) => path.join(folder, name);

  describe('through a service and in a data folder alike', () => {
    /** Command lines in the words of the reference and in ours, in an order that gives each something to find. */
    const script = (own: (name: string) => string): readonly (readonly string[])[] => [
      [
        '--mode',
        'evented_enterprise',
        '--namespace',
        'küche',
        'store',
        '--coord',
        '1,1,1',
        '--payload',
        JSON.stringify(KETTLE),
      ],
      ['store-bulk', '--namespace', 'küche', '--file', file('bulk.json')],
      ['recall', '--namespace', 'küche', '--query', 'where is the kettle', '--top-k', '2'],
      ['recall', '--namespace', 'küche', '--query', 'cupboard', '--filter', '{"room": "kitchen"}', '--json'],
      ['link', '--namespace', 'küche', '--from', '1,1,1', '--to', '2,2,2', '--type', 'near', '--weight', '0.5'],
      ['neighbors', '--namespace', 'küche', '--coord', '1,1,1'],
      ['path', '--namespace', 'küche', '--from', '1,1,1', '--to', '2,2,2', '--type', 'near'],
      ['range', '--namespace', 'küche', '--min', '0,0,0', '--max', '7,7,7'],
      ['stats', '--namespace', 'küche'],
      ['export-memories', '--namespace', 'küche', '--path', own('memories.jsonl')],
      ['export-graph', '--namespace', 'küche', '--path', own('links.graphml')],
      ['import-memories', '--namespace', 'again', '--path', own('memories.jsonl'), '--replace'],
      ['import-graph', '--namespace', 'again', '--path', own('links.graphml')],
      ['list', '--namespace', 'again', '--limit', '2'],
      ['clone', 'küche', '--to', 'copy'],
      ['rename', 'copy', '--to', 'moved'],
      ['lifecycle', 'run', '--namespace', 'moved', '--dry-run'],
      ['namespaces', '--json'],
      ['delete-many', '--namespace', 'küche', '--coords', '1,1,1;9,9,9;2,2,2'],
      ['get', '--namespace', 'küche', '1,1,1'],
    ];

    const outcomes = async (settings: Readonly<Record<string, string>>, own: (name: string) => string) => {
      const results: SomaResult[] = [];
      for (const args of script(own)) results.push(await soma(settings, ...args));
      return results.map(({ code, stdout, stderr }) => ({
        code,
        stdout: stdout.replaceAll(OF_THE_MOMENT, 'now'),
        stderr,
      }));
    };

    it('answers with the same lines and exit codes', async () => {
      const [remotely, here] = await Promise.all([
        outcomes({ SOMA_URL: service.url }, (name) => file(`remote-${name}`)),
        outcomes({ SOMA_DATA_DIR: await preparedFolder(), SOMA_API_PORT: nobody }, (name) => file(`local-${name}`)),
      ]);
      expect(here).toEqual(remotely);
      const last = remotely.map(({ stdout }) => stdout.trimEnd().split('\n').at(-1));
      expect(last.slice(0, 3)).toEqual(['OK', '{"stored": 3}', expect.stringMatching(/^\[\{.*"The kettle.*\}\]$/)]);
      expect(last.slice(4, 8)).toEqual([
        'OK',
        '[[2.0, 2.0, 2.0]]',
        '[[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]',
        '[[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [7.0, 7.0, 7.0]]',
      ]);
      const counts = { total_memories: 4, episodic: 2, semantic: 2, vector_count: 4 };
      expect(JSON.parse(remotely[8]?.stdout ?? '')).toEqual(counts);
      expect(last.slice(9, 13)).toEqual(['{"exported": 4}', '{"exported": 1}', '{"imported": 4}', '{"imported": 1}']);
      expect(last[14]).toBe('copied 4 memories, 0 earlier versions and 1 links');
      expect(last[15]).toBe('moved 4 memories and 1 links from copy to moved');
      expect(last[18]).toBe('{"deleted": 2}');
      const codes = remotely.map(({ code }) => code);
      expect(codes).toEqual([0, 1, ...Array<number>(17).fill(0), 1]);
      expect(remotely[1]?.stderr).toMatch(/^item 3: .*coordinate/);
      expect(remotely.at(-1)?.stderr).toContain('1,1,1');
      for (const name of ['memories.jsonl', 'links.graphml']) {
        const [one, other] = await Promise.all(
          [`remote-${name}`, `local-${name}`].map(async (each) =>
            (await readFile(file(each), 'utf8')).replaceAll(OF_THE_MOMENT, 'now'),
          ),
        );
        expect(other).toBe(one);
      }
    });

    /** A data folder that is there, and is filled by the first command. */
    const preparedFolder = async () => {
      const place = file('data');
      const made = await soma({ SOMA_API_PORT: nobody }, 'stats', '--data-dir', place, '--json');
      expect(made).toMatchObject({
        code: 0,
        stdout: '{"total_memories":0,"episodic":0,"semantic":0,"vector_count":0}\n',
      });
      return place;
    };
  });

  it('shows explanations, memories, versions, rules and namespaces as tables', async () => {
    const at = ['--namespace', 'tables'];
    await remote('store', ...at, '--coord', '1,2,3', '--payload', JSON.stringify(KETTLE));
    expect((await remote('recall', ...at, '--query', 'kettle', '--explain')).stdout).toMatch(
      /^SCORE +COORDINATE +TYPE +LANES +WHY +SAYS\n\d\.\d{4} +1,2,3 +episodic .*lexical #1.*The kettle/,
    );
    const shown = (await remote('get', ...at, '1,2,3')).stdout;
    expect(shown).toMatch(/coordinate +1,2,3\n/);
    expect(shown).toContain('"room": "kitchen"');
    expect((await remote('list', ...at)).stdout.split('\n')).toHaveLength(3);
    expect((await remote('history', ...at, '1,2,3')).stdout).toMatch(/\n1 +created .*The kettle/);
    expect((await remote('namespaces')).stdout).toMatch(/\ntables +1 +1 +0/);
    const rules = await remote('lifecycle', 'set', 'tables', '--max-memories', '300');
    expect(rules.stdout).toMatch(/max_memories +300 +300/);
    expect((await remote('lifecycle', 'show', 'tables', '--json')).stdout).toContain('"max_memories":300');
    expect((await remote('namespaces', 'delete', 'tables', '--dry-run')).stdout).toBe(
      'would delete 1 memories and 0 links\n',
    );
    expect((await remote('namespaces', 'delete', 'tables', '--yes')).stdout).toMatch(/^deleted 1 memories/);
  });

  it('says what is wrong with how it is called, with 2', async () => {
    for (const args of [
      ['nonsense'],
      ['recall'],
      ['store', '--coord', '1', '--payload', '[]'],
      ['recall', '--query', 'x', '--top-k', '0'],
      ['--url', 'memory.example.org', 'stats'],
      ['--url', service.url, 'db', 'current'],
      ['import', '--from-line', '0'],
      ['dlq', 'nonsense'],
      ['stats', '--profile', 'none'],
      ['list', '--namespace', ' '],
      ['list', '--cursor', 'none'],
      ['namespaces', 'delete', 'x'],
    ]) {
      const { code, stdout, stderr } = await remote(...args);
      expect({ args, code, stdout, stderr }).toMatchObject({
        args,
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/\w/),
      });
    }
  });

  it('says that nothing answers, with 3, and that a token is not taken, with 4', async () => {
    const away = `http://127.0.0.1:${nobody}`;
    expect(await soma({ SOMA_URL: away }, 'stats')).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^the service at http:\S+ does not answer: connect ECONNREFUSED/),
    });
    const none = await soma({ SOMA_API_PORT: nobody, SOMA_DATA_DIR: file('nowhere') }, 'recall', '--query', 'x');
    expect(none).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/no service answers .* no data folder/),
    });
    expect(existsSync(file('nowhere'))).toBe(false);
    for (const [settings, args] of [
      [{ SOMA_API_TOKEN: 'wrong' }, ['stats']],
      [{ SOMA_API_TOKEN: '' }, ['stats']],
      [{}, ['stats', '--token', 'wrong']],
    ] as const) {
      const { code, stderr } = await soma({ SOMA_URL: service.url, ...settings }, ...args);
      expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(/token/i) });
    }
  });

  it('finds the service of this machine, of a data folder, and of a profile', async () => {
    const stats = async (settings: Readonly<Record<string, string>>, ...args: string[]) => {
      const { code, stdout, stderr } = await soma({ SOMA_API_TOKEN: '', ...settings }, 'stats', '--json', ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout) as { total_memories: number };
    };
    await remote('store', '--namespace', 'found', '--coord', '1', '--payload', '{}');
    const token = file('token');
    await writeFile(token, `${TOKEN}\n`);
    const profiles = file('profiles.json');
    await writeFile(profiles, JSON.stringify({ home: { url: service.url, token_file: token, namespace: 'found' } }));
    for (const [settings, args] of [
      [{ SOMA_API_PORT: String(service.port), SOMA_API_TOKEN: TOKEN }, ['--namespace', 'found']],
      [{ SOMA_API_TOKEN: TOKEN }, ['--data-dir', service.dataDir, '--namespace', 'found']],
      [{ SOMA_PROFILE_FILE: profiles, SOMA_PROFILE: 'home' }, []],
      [{ SOMA_PROFILE_FILE: profiles, SOMA_URL: `http://127.0.0.1:${nobody}` }, ['--profile', 'home']],
    ] as const) {
      expect(await stats(settings, ...args)).toMatchObject({ total_memories: 1 });
    }
    await writeFile(profiles, JSON.stringify({ default: { token: TOKEN } }), { mode: 0o644 });
    expect(await soma({ SOMA_PROFILE_FILE: profiles, SOMA_URL: service.url }, 'stats')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('can be read by others'),
    });
  });

  it('opens what a configuration of the library says', async () => {
    const config = file('config.json');
    await writeFile(config, JSON.stringify({ data_dir: file('configured'), vector: { backend: 'memory' } }));
    const stored = await soma({}, '--config-json', config, 'store', '--coord', '1,1', '--payload', '{"text": "tea"}');
    expect(stored).toMatchObject({ code: 0, stdout: 'OK\n' });
    await writeFile(config, JSON.stringify({ redis: { port: 'x' } }));
    expect(await soma({}, '--config-json', config, 'stats')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('redis.port'),
    });
  });

  describe('with a thousand memories and more', () => {
    beforeAll(async () => {
      const items = Array.from({ length: 1200 }, (_, n) => ({ coord: `${n},0`, payload: { text: `memory ${n}` } }));
      await writeFile(file('many.json'), JSON.stringify(items));
      expect(await remote('store-bulk', '--namespace', 'many', '--file', file('many.json'))).toMatchObject({
        code: 0,
        stdout: '{"stored": 1200}\n',
      });
    });

    it('tells changes from a position on, as the route does', async () => {
      const at = ['--namespace', 'followed'];
      const positionIn = (stderr: string) => /--since (\S+)/.exec(stderr)?.[1] ?? '';
      await remote('store', ...at, '--coord', '1,1', '--payload', '{"text": "a kettle"}');
      await remote('store', ...at, '--coord', '2,2', '--payload', '{"text": "a cup"}');
      await remote('link', ...at, '--from', '1,1', '--to', '2,2');
      const all = await remote('watch', ...at, '--from-beginning', '--once', '--json');
      const kinds = (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { kind: string; coordinate: number[] })
          .map(({ kind, coordinate }) => `${kind} ${coordinate.join()}`);
      expect(kinds(all.stdout)).toEqual(['created 1,1', 'created 2,2', 'linked 1,1']);
      const position = positionIn(all.stderr);
      const waiting = service.json<{ changes: { kind: string; version: number }[] }>(
        `/v1/changes?position=${position}&wait_seconds=20`,
        { headers: { 'x-soma-namespace': 'followed' } },
      );
      await remote('store', ...at, '--coord', '1,1', '--payload', '{"text": "a blue kettle"}');
      expect(await waiting).toMatchObject({
        changes: [{ kind: 'updated', coordinate: [1, 1], version: 2 }],
        caught_up: true,
      });
      const since = await remote('watch', ...at, '--since', position, '--once');
      expect(since.stdout).toMatch(/^\S+ updated {2}1,1 version 2\n$/);
      const elsewhere = await service.request(`/v1/changes?position=${position}`);
      expect([elsewhere.status, await elsewhere.json()]).toMatchObject([
        404,
        { type: 'urn:sfm:problem:unknown_cursor' },
      ]);
    });

    it('goes on with an export that Ctrl-C has ended', async () => {
      const broken = file('broken.ndjson');
      const through = await stallingProxy(service.port);
      const url = `http://127.0.0.1:${(through.address() as AddressInfo).port}`;
      const { child, done } = startSoma({ SOMA_URL: url }, 'export', '--namespace', 'many', '--output', broken);
      await waitFor(async () => existsSync(broken) && (await stat(broken)).size > 10_000, {
        what: () => 'a part of the export',
      });
      child.kill('SIGINT');
      const ended = await done;
      through.closeAllConnections();
      through.close();
      expect(ended).toMatchObject({
        code: 130,
        stdout: '',
        stderr: `interrupted; to go on behind the last checkpoint: soma export --resume --output ${broken}\n`,
      });
      expect(await remote('export', '--namespace', 'many', '--resume', '--output', broken)).toMatchObject({ code: 0 });
      expect(existsSync(`${broken}.resume`)).toBe(false);
      const whole = file('whole.ndjson');
      expect(await remote('export', '--namespace', 'many', '--output', whole)).toMatchObject({ code: 0 });
      expect(await readFile(broken, 'utf8')).toBe(await readFile(whole, 'utf8'));
      const imported = await remote('import', '--namespace', 'imported', '--json', broken);
      expect(JSON.parse(imported.stdout)).toMatchObject({ memories: { imported: 1200 } });
    });

    it('goes on with an export for which there was no room', async () => {
      const [partial, whole] = [file('partial.ndjson'), file('roomy.ndjson')];
      const settings = { SOMA_URL: service.url, SOMA_MEMORY_NAMESPACE: 'many' };
      // Files of this shell have at most so many kilobytes.
      const script = `trap '' XFSZ; ulimit -f 100; node "$SOMA" export --output ${partial}; echo "$?"`;
      const { stdout, stderr } = await shell(script, settings);
      expect(stdout).toBe('5\n');
      expect(stderr).toMatch(
        /^there is no room left to write to: EFBIG.*; to go on .*: soma export --resume --output /,
      );
      for (const args of [
        ['--resume', '--output', partial],
        ['--output', whole],
      ])
        expect(await soma(settings, 'export', ...args)).toMatchObject({ code: 0 });
      expect(await readFile(partial, 'utf8')).toBe(await readFile(whole, 'utf8'));
    });

    it('ends with a reader that goes away', async () => {
      const script = `node "$SOMA" list --json --limit 1200 | head -n 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
      expect(await shell(script, { SOMA_URL: service.url, SOMA_MEMORY_NAMESPACE: 'many' })).toEqual({
        stdout: '141\n',
        stderr: '',
      });
    });

    it('says that there is no room for its output', async () => {
      const script = `node "$SOMA" list --json > /dev/full; echo "$?"; node "$SOMA" export-memories --path /dev/full; echo "$?"`;
      const { stdout, stderr } = await shell(script, { SOMA_URL: service.url, SOMA_MEMORY_NAMESPACE: 'many' });
      expect(stdout).toBe('5\n5\n');
      expect(stderr).toMatch(
        /^\{"error":\{"code":"output","message":"there is no room left to write to: ENOSPC.*"\}\}\nthere is no room left to write to: ENOSPC.*\n$/,
      );
    });
  });

  it('creates, lists, rotates and revokes keys', async () => {
    const keys = (...args: string[]) => remote('keys', ...args);
    const used = (token: string, namespace: string, ...args: string[]) =>
      soma({ SOMA_URL: service.url, SOMA_API_TOKEN: token }, ...args, '--namespace', namespace);
    const flags = ['--name', 'ci', '--scopes', 'read', '--namespaces', 'kitchen', 'team:*', '--rate-limit', '50'];
    const created = await keys('create', ...flags);
    expect(created).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^created \S+; its secret is shown this once\n$/),
    });
    const secret = created.stdout.trim();
    const id = /^created (\S+);/.exec(created.stderr)?.[1] ?? '';
    expect(await used(secret, 'team:a', 'stats')).toMatchObject({ code: 0 });
    expect(await used(secret, 'attic', 'stats')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('attic'),
    });
    const store = ['store', '--coord', '1', '--payload', '{}'];
    expect(await used(secret, 'kitchen', ...store)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('write'),
    });
    const listed = new RegExp(`^ID +NAME .*\n(?:.*\n)*${id} +ci +active +read +kitchen, team:\\*`);
    expect((await keys('list')).stdout).toMatch(listed);
    expect((await keys('list')).stdout).not.toContain(secret);
    const rotated = JSON.parse((await keys('rotate', id, '--json')).stdout) as { id: string; secret: string };
    expect(rotated.secret).not.toBe(secret);
    expect(await used(rotated.secret, 'kitchen', 'stats')).toMatchObject({ code: 0 });
    expect(await keys('revoke', id)).toMatchObject({ code: 0, stdout: `revoked ${id}\n` });
    for (const [ended, said] of [
      [secret, 'Invalid token'],
      [rotated.secret, 'was revoked'],
    ] as const) {
      // A process asks for what it knows of a key every few seconds.
      const asked = () => used(ended, 'kitchen', 'list');
      await waitFor(async () => (await asked()).code !== 0, { what: () => 'the end of the key' });
      expect(await asked()).toEqual({ code: 4, stdout: '', stderr: expect.stringContaining(said) });
    }
    const inPast = ['--expires-at', '2020-01-31T12:00:00Z'];
    const create = ['create', '--name', 'wrong', '--namespaces'];
    for (const [code, said, args] of [
      [1, 'id', ['revoke', 'none']],
      [1, 'expires_at', [...create, 'kitchen', ...inPast]],
      [2, 'scopes', [...create, 'kitchen', '--scopes', 'all']],
    ] as const) {
      expect(await keys(...args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) });
    }
  });

  it('looks at an installation, and says what to do', async () => {
    const well = await soma(
      { SOMA_API_PORT: String(service.port), SOMA_DATA_DIR: service.dataDir },
      'doctor',
      '--json',
    );
    expect({ code: well.code, stderr: well.stderr }).toEqual({ code: 0, stderr: '' });
    const { healthy, findings } = JSON.parse(well.stdout) as {
      healthy: boolean;
      findings: { what: string; state: string }[];
    };
    expect(healthy).toBe(true);
    expect(findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        ...[
          'runtime',
          'settings',
          'service',
          'service: postgresql',
          'version',
          'clock',
          'token',
          'data folder',
          'disk',
        ],
        ...['PostgreSQL', 'clock of PostgreSQL', 'schema'],
      ]),
    );
    const ill = await soma(
      {
        SOMA_API_PORT: nobody,
        POSTGRES_URL: `postgresql://nobody:none@127.0.0.1:${nobody}/none`,
        REDIS_URL: `redis://127.0.0.1:${nobody}`,
        KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${nobody}`,
        QDRANT_URL: `http://127.0.0.1:${nobody}`,
        SOMA_GRPC_PORT: String(service.port),
      },
      'doctor',
    );
    expect(ill).toMatchObject({ code: 1, stderr: expect.stringMatching(/^5 of \d+ checks found something wrong\n$/) });
    for (const name of ['PostgreSQL', 'Redis', 'Kafka', 'Qdrant'])
      expect(ill.stdout).toMatch(new RegExp(`${name} +wrong .*start it, or correct`));
    expect(ill.stdout).toMatch(/gRPC port +wrong +another program listens/);
    expect((await soma({ SOMA_API_TOKEN: 'wrong' }, 'doctor', '--url', service.url)).stdout).toMatch(/token +wrong/);
  });

  it('completes commands and flags in bash', async () => {
    const completed = (line: string) =>
      `COMP_WORDS=(${line} ''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _soma; echo "\${COMPREPLY[*]}"`;
    const script = `source <(node "$SOMA" completion bash); ${['soma', 'soma dlq', 'soma recall'].map(completed).join('; ')}`;
    const [program = '', dlq = '', recall = ''] = (await shell(script, {})).stdout.split('\n');
    expect(program.split(' ')).toEqual(expect.arrayContaining(['store', 'recall', 'doctor', '--url']));
    expect(dlq).toBe('list show redrive dismiss --help');
    expect(recall.split(' ')).toEqual(expect.arrayContaining(['--query', '--explain', '--namespace']));
  });
});

const describeShells = await describeWith([], { zsh: () => findShell('zsh'), fish: () => findShell('fish') });

describeShells('soma in other shells', () => {
  it('completes commands and flags in fish', async () => {
    const { command, env } = await findShell('fish');
    const completed = ['soma rec', 'soma dlq ', 'soma list --', 'soma dlq list --', 'soma completion ', 'soma --u'];
    const script = `node $SOMA completion fish | source; ${completed.map((line) => `complete -C '${line}'; echo`).join('; ')}`;
    const { stdout, stderr } = await runShell([command, '--no-config', '-c', script], env);
    expect(stderr).toBe('');
    const [recall, dlq, list, listed, shells, url] = stdout
      .split('\n\n')
      .map((found) => found.split('\n').map((line) => line.split('\t')[0]));
    expect(recall).toEqual(['recall']);
    expect(dlq).toEqual(['dismiss', 'list', 'redrive', 'show']);
    expect(list).toEqual(expect.arrayContaining(['--filter', '--namespace', '--help']));
    expect(listed).toEqual(['--help', '--json', '--limit']);
    expect(shells).toEqual(['bash', 'fish', 'zsh']);
    expect(url).toEqual(['--url']);
  });

  it('completes commands and flags in zsh, sourced or as a file of its functions', async () => {
    const { command, env, prologue } = await findShell('zsh');
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-zsh-'));
    const sourced = 'source <(node $SOMA completion zsh)';
    const installed = `node $SOMA completion zsh > ${folder}/_soma; fpath+=${folder}; autoload -U compinit; compinit -D -i`;
    for (const install of [sourced, installed]) {
      // A terminal of its own, in which a person types.
      const script = `${prologue} zmodload zsh/zpty; zpty person ${command} -f -i
        zpty -w person ${JSON.stringify(`${prologue} PS1='go on> '; ${install}; echo "READ"Y`).replaceAll('$', String.raw`\$`)}
        zpty -r person seen '*READY*go on> *'
        zpty -w -n person $'soma rec\t--expl\t'; zpty -r person seen '*soma recall*--explain*'
        zpty -w -n person $'\x15soma dlq \t'; zpty -r person seen '*dismiss*list*redrive*show*'; echo done`;
      expect(await runShell([command, '-f', '-c', script], env)).toEqual({ stdout: 'done\n', stderr: '' });
    }
    await rm(folder, { recursive: true });
  });
});

function shell(script: string, settings: Readonly<Record<string, string>>) {
  return runShell(['bash', '-c', script], settings);
}

async function runShell(
  [command = '', ...args]: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(command, args, {
    timeout: 60_000,
    env: childEnvironment({ SOMA_API_TOKEN: TOKEN, SOMA, ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  await once(child, 'close');
  return output;
}

/** Passes requests on, and of each answer all but the last kilobytes: whoever asks waits for these for ever. */
async function stallingProxy(port: number): Promise<Server> {
  const KEPT_BACK = 5000;
  const server = createServer((asked, answer) => {
    const passedOn = request({
      port,
      host: '127.0.0.1',
      path: asked.url,
      method: asked.method,
      headers: asked.headers,
    });
    asked.pipe(passedOn);
    passedOn.on('response', (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      let waiting = Buffer.alloc(0);
      from.on('data', (chunk: Buffer) => {
        waiting = Buffer.concat([waiting, chunk]);
        const ready = waiting.subarray(0, Math.max(0, waiting.length - KEPT_BACK));
        waiting = waiting.subarray(ready.length);
        if (ready.length > 0) answer.write(ready);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
