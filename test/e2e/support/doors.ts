import type { ServiceError } from '@grpc/grpc-js';
import { GrpcDoor, refusalOf, V1 } from './grpc-door.js';
import type { RunningService } from './running-service.js';
import { soma } from './soma.js';

/** A question, as every door takes it. */
export interface AskedQuestion {
  readonly query: string;
  readonly top_k?: number;
  readonly type?: string;
  readonly filter?: object;
  readonly mode?: string;
  readonly min_score?: number;
}

/** A memory to keep, as every door takes it; what it holds may be anything. */
export interface OfferedMemory {
  readonly coordinate?: readonly number[];
  readonly payload?: unknown;
  readonly type?: string;
  readonly expected_version?: number;
}

/** Who calls, and where; a token of the service and its default namespace when left out. */
export interface Caller {
  /** Empty for none. */
  readonly token?: string;
  readonly namespace?: string;
}

export interface FoundHit {
  readonly coordinate: readonly number[];
  readonly score: number;
}

/** A door of the service, as far as they do the same. Each method rejects with a `DoorRefusal`. */
export interface Door {
  readonly name: string;
  recall(question: AskedQuestion, caller?: Caller): Promise<readonly FoundHit[]>;
  nearest?(coordinate: readonly number[], caller?: Caller): Promise<readonly (readonly number[])[]>;
  list?(caller?: Caller): Promise<readonly (readonly number[])[]>;
  store(memory: OfferedMemory, caller?: Caller): Promise<void>;
  get(coordinate: readonly number[], caller?: Caller): Promise<unknown>;
}

/** A door said no, with a code of the catalogue. */
export class DoorRefusal extends Error {
  constructor(readonly code: string) {
    super(`refused: ${code}`);
  }
}

/** POST, GET and the rest under /v1. */
export function restDoor(service: RunningService): Door {
  const ask = async <T>(path: string, body: unknown, { token, namespace }: Caller = {}): Promise<T> => {
    const headers = {
      ...(token === undefined ? {} : { authorization: token === '' ? '' : `Bearer ${token}` }),
      ...(namespace === undefined ? {} : { 'x-soma-namespace': namespace }),
    };
    const response = await service.request(path, { headers, ...(body === undefined ? {} : { body }) });
    const answer = (await response.json()) as T & { readonly type: string };
    if (!response.ok) throw new DoorRefusal(answer.type.replace('urn:sfm:problem:', ''));
    return answer;
  };
  const placesOf = (found: readonly { readonly coordinate: readonly number[] }[]) =>
    found.map(({ coordinate }) => coordinate);
  return {
    name: 'REST',
    recall: async (question, caller) => {
      const { hits } = await ask<{ hits: readonly FoundHit[] }>('/v1/recall', question, caller);
      return hits.map(({ coordinate, score }) => ({ coordinate, score }));
    },
    nearest: async (coordinate, caller) =>
      placesOf((await ask<{ hits: readonly FoundHit[] }>('/v1/coordinates:nearest', { coordinate }, caller)).hits),
    list: async (caller) =>
      placesOf((await ask<{ memories: readonly FoundHit[] }>('/v1/memories', undefined, caller)).memories),
    store: async (memory, caller) => void (await ask('/v1/memories', memory, caller)),
    get: async (coordinate, caller) =>
      (await ask<{ payload: unknown }>(`/v1/memories/${coordinate.join(',')}`, undefined, caller)).payload,
  };
}

interface Place {
  readonly coordinate: { readonly values: readonly number[] };
}

/** The service `Memories` of gRPC. */
export function grpcDoor(door: GrpcDoor): Door {
  const ask = <T>(method: string, message: object, { token, namespace }: Caller = {}): Promise<T> => {
    const metadata = {
      ...(token === undefined ? {} : { authorization: token === '' ? '' : `Bearer ${token}` }),
      ...(namespace === undefined ? {} : { 'x-soma-namespace': namespace }),
    };
    return door.call<T>(V1, method, message, { metadata }).catch((error: ServiceError) => {
      throw new DoorRefusal(refusalOf(error).code ?? `status ${error.code}`);
    });
  };
  const numbersOf = ({ coordinate }: Place) => coordinate.values;
  const message = (coordinate: readonly number[] | undefined) =>
    coordinate === undefined ? {} : { coordinate: { values: coordinate } };
  const json = (name: string, value: unknown) =>
    value === undefined ? {} : { [`${name}_json`]: JSON.stringify(value) };
  return {
    name: 'gRPC',
    recall: async ({ filter, ...question }, caller) => {
      const asked = { ...question, ...json('filter', filter) };
      const { hits } = await ask<{ hits: readonly { memory: Place; score: number }[] }>('Recall', asked, caller);
      return hits.map(({ memory, score }) => ({ coordinate: numbersOf(memory), score }));
    },
    nearest: async (coordinate, caller) => {
      const { hits } = await ask<{ hits: readonly { memory: Place }[] }>('Nearest', message(coordinate), caller);
      return hits.map(({ memory }) => numbersOf(memory));
    },
    list: async (caller) => (await ask<{ memories: readonly Place[] }>('List', {}, caller)).memories.map(numbersOf),
    store: async ({ coordinate, payload, ...memory }, caller) =>
      void (await ask('Store', { ...memory, ...message(coordinate), ...json('payload', payload) }, caller)),
    get: async (coordinate, caller) =>
      JSON.parse((await ask<{ payload_json: string }>('Get', message(coordinate), caller)).payload_json) as unknown,
  };
}

/** The tools of agents. Adding takes a memory without a coordinate, and never replaces one. */
export function mcpDoor(service: RunningService): Door {
  const call = async <T>(name: string, given: object, { token, namespace }: Caller = {}): Promise<T> => {
    const headers = {
      accept: 'application/json, text/event-stream',
      ...(token === undefined ? {} : { authorization: token === '' ? '' : `Bearer ${token}` }),
      ...(namespace === undefined ? {} : { 'x-soma-namespace': namespace }),
    };
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } };
    const response = await service.request('/mcp', { headers, body });
    if (!response.ok) throw new DoorRefusal({ 401: 'missing_token', 403: 'invalid_token' }[response.status] ?? '');
    const { result } = (await response.json()) as { result: { isError?: boolean; structuredContent: unknown } };
    if (result.isError) {
      throw new DoorRefusal((result.structuredContent as { error: { code: string } }).error.code);
    }
    return result.structuredContent as T;
  };
  return {
    name: 'MCP',
    recall: async (question, caller) => {
      const { hits } = await call<{ hits: readonly FoundHit[] }>('search_memories', question, caller);
      return hits.map(({ coordinate, score }) => ({ coordinate, score }));
    },
    list: async (caller) =>
      (await call<{ memories: readonly FoundHit[] }>('list_memories', {}, caller)).memories.map(
        ({ coordinate }) => coordinate,
      ),
    store: async (memory, caller) => void (await call('add_memory', memory, caller)),
    get: async (coordinate, caller) =>
      (await call<{ payload: unknown }>('get_memory', { id: coordinate }, caller)).payload,
  };
}

/** The command line, through the service. */
export function cliDoor(service: RunningService): Door {
  const run = async <T>(args: readonly string[], { token, namespace }: Caller = {}): Promise<T> => {
    const settings = {
      SOMA_URL: service.url,
      ...(token === undefined ? {} : { SOMA_API_TOKEN: token }),
      ...(namespace === undefined ? {} : { SOMA_MEMORY_NAMESPACE: namespace }),
    };
    const { code, stdout, stderr } = await soma(settings, ...args, '--json');
    if (code !== 0) throw new DoorRefusal((JSON.parse(stderr) as { error: { code: string } }).error.code);
    return JSON.parse(stdout.trim() === '' ? '{}' : stdout) as T;
  };
  return {
    name: 'CLI',
    recall: async ({ query, top_k: topK = 10, type, filter }, caller) => {
      const flags = [
        ...['--query', query, '--top-k', String(topK)],
        ...(type === undefined ? [] : ['--type', type]),
        ...(filter === undefined ? [] : ['--filter', JSON.stringify(filter)]),
      ];
      const { hits } = await run<{ hits: readonly FoundHit[] }>(['recall', ...flags], caller);
      return hits.map(({ coordinate, score }) => ({ coordinate, score }));
    },
    store: async ({ coordinate = [], payload, type = 'episodic' }, caller) => {
      const flags = ['--coord', coordinate.join(','), '--payload', JSON.stringify(payload), '--type', type];
      await run(['store', ...flags], caller);
    },
    get: async (coordinate, caller) => (await run<{ payload: unknown }>(['get', coordinate.join(',')], caller)).payload,
  };
}
