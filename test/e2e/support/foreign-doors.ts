import type { ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TOOLS } from '@sfm/mcp';
import { COMPAT, GrpcDoor, refusalOf, V1 } from './grpc-door.js';
import type { RunningService } from './running-service.js';
import { soma } from './soma.js';

const THEIRS = 'behind-other-doors';
const NAMES = /behind-other-doors|never-seen-by-doors|doors-before|doors-after/g;

interface ForeignCaller {
  readonly secret: string;
  readonly namespace: string;
}

/** Something to do through a door; `changes` comes last, because it leaves what later calls would find. */
interface Deed {
  readonly what: string;
  readonly changes: boolean;
  readonly by: (caller: ForeignCaller) => Promise<string>;
}

const at = (...values: number[]) => ({ coordinate: { values } });

const TOOL_ARGUMENTS: Readonly<Record<string, object>> = {
  search_memories: { query: 'kettle', explain: true, why_not: [1] },
  add_memory: { coordinate: [1], text: 'mine' },
  add_memories: { memories: [{ coordinate: [2], text: 'mine' }] },
  get_memory: { id: '1' },
  list_memories: {},
  update_memory: { id: '8,8', text: 'mine' },
  delete_memories: { ids: ['8,8', '1,2'] },
  get_memory_history: { id: '8,8' },
  link_memories: { from: '1', to: '8,8' },
  find_path: { from: '1', to: '2' },
  get_status: {},
};

const MESSAGES: Readonly<Record<string, object>> = {
  Get: at(1),
  List: {},
  Recall: { query: 'kettle', explain: true },
  Nearest: at(1),
  ListLinks: at(1),
  Neighbors: at(1),
  ShortestPath: { from: { values: [1] }, to: { values: [2] } },
  Store: { ...at(3), payload_json: '{"text":"mine"}' },
  StoreBatch: { memories: [{ ...at(4), payload_json: '{"text":"mine"}' }] },
  Amend: { ...at(8, 8), amendment_json: '{"importance":3}' },
  Link: { from: { values: [1] }, to: { values: [8, 8] }, type: 'near', weight: 1 },
  Unlink: { from: { values: [1] }, to: { values: [2] } },
  Delete: { coordinates: [{ values: [8, 8] }] },
};
const READING_CALLS = /^(Get|List|Recall|Nearest|ListLinks|Neighbors|ShortestPath)$/;

const COMPAT_MESSAGES: Readonly<Record<string, object>> = {
  Recall: { query: { values: [1] }, top_k: 5 },
  Delete: { coord: { values: [8, 8] } },
  Store: { memory: { coord: { values: [5] }, payload_json: '{}', memory_type: 'episodic' } },
};

const COMMANDS: readonly (readonly string[])[] = [
  ['get', '1'],
  ['list'],
  ['history', '8,8'],
  ['recall', '--query', 'kettle'],
  ['range', '--min', '0', '--max', '9'],
  ['neighbors', '--coord', '1'],
  ['path', '--from', '1', '--to', '2'],
  ['stats'],
  ['watch', '--from-beginning', '--once', '--json'],
  ['delete-many', '--coords', '8,8'],
];

/** What is new in every answer. */
function withoutTheMoment(text: string): string {
  return text
    .replaceAll(NAMES, 'NAMESPACE')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/--since \S+/g, '--since POSITION')
    .replaceAll(/"(seconds|recency|next_cursor)":("[^"]*"|-?[\d.e-]+)/g, '"$1":0');
}

/** Drives every tool, gRPC call and command with credentials of others. Call it inside a describe. */
export function nothingLeaksByOtherDoors(service: () => RunningService): void {
  let grpc: GrpcDoor;
  beforeAll(async () => {
    grpc = new GrpcDoor(await service().grpcAddress());
  });
  afterAll(() => grpc.close());

  const deeds = (): readonly Deed[] => {
    const tools = TOOLS.map(({ name, scope }) => ({
      what: `tool ${name}`,
      changes: scope !== 'read',
      by: async ({ secret, namespace }: ForeignCaller) => {
        const body = {
          ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
          params: { name, arguments: TOOL_ARGUMENTS[name] ?? {} },
        };
        const headers = { authorization: `Bearer ${secret}`, accept: 'application/json, text/event-stream' };
        const response = await service().request(`/mcp/${namespace}`, { headers, body });
        return `${response.status} ${await response.text()}`;
      },
    }));
    const call = (interfaceName: string, name: string, message: object): Deed => ({
      what: `${interfaceName} ${name}`,
      changes: !READING_CALLS.test(name),
      by: async ({ secret, namespace }) => {
        const metadata = { authorization: `Bearer ${secret}`, 'x-soma-namespace': namespace };
        try {
          return JSON.stringify(await grpc.call(interfaceName, name, message, { metadata }));
        } catch (error) {
          return JSON.stringify(refusalOf(error as ServiceError));
        }
      },
    });
    const commands = COMMANDS.map((args) => ({
      what: `soma ${args.join(' ')}`,
      changes: args[0] === 'delete-many',
      by: async ({ secret, namespace }: ForeignCaller) => {
        const settings = { SOMA_URL: service().url, SOMA_API_TOKEN: secret, SOMA_MEMORY_NAMESPACE: namespace };
        return JSON.stringify(await soma(settings, ...args));
      },
    }));
    return [
      ...tools,
      ...Object.entries(MESSAGES).map(([name, message]) => call(V1, name, message)),
      ...Object.entries(COMPAT_MESSAGES).map(([name, message]) => call(COMPAT, name, message)),
      ...commands,
    ].sort((one, other) => Number(one.changes) - Number(other.changes));
  };

  const keyFor = async (namespace: string): Promise<ForeignCaller> => {
    const body = { name: 'foreign', scopes: ['read', 'write', 'admin'], namespaces: [namespace] };
    const { secret } = await service().json<{ secret: string }>('/v1/keys', { body });
    return { secret, namespace };
  };
  const seen = async () => {
    const headers = { 'x-soma-namespace': THEIRS };
    return (await service().request('/v1/export?include=history', { headers })).text();
  };

  it('answers everybody the same by tools, gRPC and commands, and refuses what is not theirs', async () => {
    const [before, after] = [await keyFor('doors-before'), await keyFor('doors-after')];
    const all = deeds();
    const expected: string[] = [];
    for (const { by } of all) expected.push(withoutTheMoment(await by(before)));

    const headers = { 'x-soma-namespace': THEIRS };
    const memories = [[1], [2], [3], [1, 2], [8, 8]].map((coordinate) => ({
      coordinate,
      payload: { text: 'a kettle' },
    }));
    await service().json('/v1/memories:batch', { headers, body: { memories } });
    await service().json('/v1/links', { headers, body: { from: [1], to: [2] } });
    const untouched = await seen();

    for (const [index, { what, by }] of all.entries()) {
      expect([what, withoutTheMoment(await by(after))]).toEqual([what, expected[index]]);
      const [theirs, nobodys] = await Promise.all(
        [THEIRS, 'never-seen-by-doors'].map(async (namespace) => by({ secret: after.secret, namespace })),
      );
      expect([what, withoutTheMoment(theirs ?? '')]).toEqual([what, withoutTheMoment(nobodys ?? '')]);
      expect([what, theirs]).toEqual([what, expect.stringMatching(/namespace/)]);
      expect([what, theirs]).toEqual([what, expect.not.stringMatching(/kettle|mine/)]);
    }
    expect(await seen()).toBe(untouched);
  }, 300_000);
}
