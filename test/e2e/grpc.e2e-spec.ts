import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials, Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import pg from 'pg';
import protobuf from 'protobufjs';
import { describeWith } from '../services/availability.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { makeCertificates, type TestCertificates } from '../services/programs/certificates.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { COMPAT, GrpcDoor, refusalOf, V1 } from './support/grpc-door.js';
import { RunningService } from './support/running-service.js';

const describeReal = await describeWith(['postgres', 'qdrant']);

interface Coordinate {
  readonly values: readonly number[];
}
interface Memory {
  readonly coord: Coordinate;
  readonly payload_json: string;
  readonly memory_type: string;
}
interface Change {
  readonly kind: string;
  readonly coordinate: Coordinate;
  readonly memory?: { readonly payload_json: string };
}
interface Told {
  readonly changes: readonly Change[];
  readonly position?: string;
  readonly caught_up?: boolean;
}

const at = (...values: number[]): Coordinate => ({ values });
const inNamespace = (name: string) => ({ metadata: { 'x-soma-namespace': name } });
const kettle = (coordinate: Coordinate, text: string) => ({ coordinate, payload_json: JSON.stringify({ text }) });

/** The interface as clients of another version than this have it: with less of it, numbers one by one, or with more. */
const OF_BEFORE = `syntax = "proto3"; message Coordinate { repeated double values = 1 [packed = false]; }
  message Memory { Coordinate coord = 1; string payload_json = 2; }
  message StoreRequest { Memory memory = 1; } message StoreResponse { bool ok = 1; }
  message RetrieveRequest { Coordinate query = 1; } message RecallResult { repeated Memory memories = 1; }`;
const TO_COME = `syntax = "proto3"; message Coordinate { repeated double values = 1; string unit = 2; }
  message Memory { Coordinate coord = 1; string payload_json = 2; string memory_type = 3; repeated int64 colours = 14; }
  message StoreRequest { Memory memory = 1; Coordinate elsewhere = 9; bytes seal = 500; }
  message StoreResponse { bool ok = 1; string id = 2; string seal = 500; }
  message RetrieveRequest { Coordinate query = 1; int32 top_k = 2; bool backwards = 15; }
  message RecallResult { repeated Memory memories = 1; double took = 7; }`;

/** Reads a watch until so many changes were told. */
async function changesOf(stream: ClientReadableStream<object>, count: number) {
  const changes: Change[] = [];
  let position = '';
  for await (const message of stream as AsyncIterable<Told>) {
    changes.push(...message.changes);
    position = message.position ?? position;
    if (changes.length >= count && message.caught_up === true) break;
  }
  stream.on('error', () => undefined).cancel();
  return { told: changes.map(({ kind, coordinate }) => `${kind} ${coordinate.values.join()}`), changes, position };
}

/** The error that ends a stream. */
async function endOf(stream: ClientReadableStream<object>): Promise<ServiceError> {
  const [error] = (await once(stream.resume(), 'error')) as [ServiceError];
  return error;
}

/** What is true of any backends. */
function describeDoor(service: () => RunningService, door: () => GrpcDoor): void {
  it('stores, recalls and deletes the memories that HTTP serves', async () => {
    const options = inNamespace('compat');
    const headers = { 'x-soma-namespace': 'compat' };
    expect(await door().call(COMPAT, 'Health', {}, { metadata: { authorization: '' } })).toEqual({ status: 'ok' });
    const memory = { coord: at(0.1, 0.2, 0.3), payload_json: '{"ok": true, "n": 1.50}', memory_type: 'memories' };
    expect(await door().call(COMPAT, 'Store', { memory }, options)).toEqual({
      ok: true,
      id: 'e0d47499727d5f7ca8ebb37cad00f1d5',
    });
    const body = { coord: '0.5,0.5,0.5', payload: { text: 'the ladder is behind the shed' }, type: 'semantic' };
    await service().json('/store', { body, headers });
    expect(await service().json('/v1/memories/0.1,0.2,0.3', { headers })).toMatchObject({
      payload: { ok: true, n: 1.5 },
    });
    const recall = async (more: object) => {
      const { memories } = await door().call<{ memories: readonly Memory[] }>(
        COMPAT,
        'Recall',
        { query: at(0.1, 0.2, 0.3), ...more },
        options,
      );
      return memories;
    };
    const [nearest, next] = await recall({ top_k: 3 });
    expect(nearest).toEqual({
      coord: at(0.1, 0.2, 0.3),
      payload_json: '{"n":1.50,"ok":true}',
      memory_type: 'episodic',
    });
    expect(next).toMatchObject({ coord: at(0.5, 0.5, 0.5), memory_type: 'semantic' });
    expect(await recall({ memory_type: 'semantic' })).toHaveLength(1);

    // A type of the client's own finds what was stored with it.
    const own = { coord: at(0, 0, 0), payload_json: '', memory_type: 'notes' };
    await door().call(COMPAT, 'Store', { memory: own }, options);
    expect(await recall({ memory_type: 'notes' })).toMatchObject([{ memory_type: 'notes' }]);

    const place = { coord: at(0.1, 0.2, 0.3) };
    expect(await door().call(COMPAT, 'Delete', place, options)).toEqual({ ok: true });
    expect(await door().call(COMPAT, 'Delete', place, options)).toEqual({ ok: true });
    expect((await service().request('/v1/memories/0.1,0.2,0.3', { headers })).status).toBe(404);
    expect(await recall({})).toHaveLength(2);
  });

  it('keeps batches, links and lists, and moves a namespace byte by byte into another', async () => {
    const from = inNamespace('moved_from');
    const memories = [
      kettle(at(1), 'the kettle is blue'),
      kettle(at(2), 'the cup is red'),
      { payload_json: '{' },
      { ...kettle(at(), 'nowhere'), importance: 0 },
    ];
    expect(await door().call(V1, 'StoreBatch', { memories }, from)).toMatchObject({
      stored: 2,
      failed: 2,
      results: [
        { written: { coordinate: at(1), version: 1, created: true } },
        { written: { coordinate: at(2) } },
        { index: 2, error: { code: 'invalid_request' } },
        { index: 3, error: { code: 'invalid_coordinate', violations: [{ field: 'coordinate' }] } },
      ],
    });
    const amended = { coordinate: at(2), amendment_json: '{"importance":3}' };
    expect(await door().call(V1, 'Amend', amended, from)).toMatchObject({ version: 2 });
    await door().call(V1, 'Link', { from: at(1), to: at(2), weight: 0, metadata_json: '{"why":1.50}' }, from);
    expect(await door().call(V1, 'ListLinks', { coordinate: at(1) }, from)).toMatchObject({
      links: [{ from: at(1), to: at(2), metadata_json: '{"why":1.50}', type: 'related' }],
    });
    expect(await door().call(V1, 'Neighbors', { coordinate: at(2), direction: 'in' }, from)).toMatchObject({
      neighbors: [{ coordinate: at(1), hops: 1 }],
    });
    expect(await door().call(V1, 'ShortestPath', { from: at(1), to: at(2) }, from)).toMatchObject({
      found: true,
      cost: 0,
    });
    const page = await door().call<{ memories: object[]; next_cursor: string }>(V1, 'List', { limit: 1 }, from);
    const rest = await door().call<{ memories: object[]; next_cursor?: string }>(
      V1,
      'List',
      { limit: 1, cursor: page.next_cursor },
      from,
    );
    expect([...page.memories, ...rest.memories]).toMatchObject([
      { coordinate: at(1) },
      { coordinate: at(2), importance: 3 },
    ]);

    const exported = async (options: object) => {
      const pieces: Buffer[] = [];
      let position: string | undefined;
      for await (const chunk of door().stream(V1, 'Export', {}, options) as AsyncIterable<{
        position?: string;
        data: Buffer;
      }>) {
        position ??= chunk.position;
        pieces.push(chunk.data);
      }
      expect(position).toMatch(/./);
      return Buffer.concat(pieces);
    };
    const file = await exported(from);
    const into = inNamespace('moved_into');
    const chunks = [{ options: { on_conflict: 'fail' } }, { data: file.subarray(0, 70) }, { data: file.subarray(70) }];
    expect(await door().send(V1, 'Import', chunks, into)).toMatchObject({
      memories: { imported: 2 },
      links: { imported: 1 },
    });
    expect((await exported(into)).equals(file)).toBe(true);
    const broken = door().send(
      V1,
      'Import',
      [{ data: Buffer.from('{"format":"somafractalmemory","version":1}\nnonsense\n') }],
      into,
    );
    expect(
      refusalOf(
        await broken.then(
          () => Promise.reject(new Error('taken')),
          (error: ServiceError) => error,
        ),
      ),
    ).toMatchObject({
      status: 'INVALID_ARGUMENT',
      code: 'broken_import',
    });
    await door().call(V1, 'Unlink', { from: at(1), to: at(2) }, from);
    expect(await door().call(V1, 'Delete', { coordinates: [at(1), at(2), at(9)] }, from)).toEqual({ deleted: 2 });
  });

  it('tells the changes of one namespace from a position on, whichever door made them', async () => {
    const [mine, theirs] = [inNamespace('watched'), inNamespace('unwatched')];
    const watch = (asked: object) => door().stream(V1, 'Watch', asked, mine);
    const first = watch({ include_memories: true });
    const [begun] = (await once(first, 'data')) as [Told];
    first.pause();
    expect(begun).toMatchObject({ changes: [], caught_up: true });
    await door().call(V1, 'Store', kettle(at(1), 'the kettle is blue'), mine);
    await door().call(V1, 'Store', kettle(at(1), 'nobody may know'), theirs);
    await service().json('/v1/memories', {
      body: { coordinate: [2], payload: { text: 'the cup is red' } },
      headers: { 'x-soma-namespace': 'watched' },
    });
    const seen = await changesOf(first, 2);
    expect(seen.told).toEqual(['created 1', 'created 2']);
    expect(seen.changes.map(({ memory }) => memory?.payload_json)).toEqual([
      '{"text":"the kettle is blue"}',
      '{"text":"the cup is red"}',
    ]);
    await door().call(V1, 'Link', { from: at(1), to: at(2) }, mine);
    await door().call(V1, 'Delete', { coordinates: [at(2)] }, mine);
    const later = await changesOf(watch({ position: seen.position, include_memories: true }), 2);
    expect(later.told.slice(0, 2)).toEqual(['linked 1', 'deleted 2']);
    expect(JSON.stringify(later.changes)).not.toContain('cup');
    const all = await changesOf(watch({ from_beginning: true }), 4);
    expect(all.told.slice(0, 4)).toEqual([...seen.told, ...later.told].slice(0, 4));
    const foreign = door().stream(V1, 'Watch', { position: seen.position }, theirs);
    expect(refusalOf(await endOf(foreign))).toMatchObject({
      status: 'NOT_FOUND',
      code: 'unknown_cursor',
      fields: ['position'],
    });
  });
}

describe('gRPC of the embedded service', () => {
  let service: RunningService;
  let door: GrpcDoor;

  beforeAll(async () => {
    service = await RunningService.start();
    door = new GrpcDoor(await service.grpcAddress());
  });
  afterAll(async () => {
    door.close();
    await service.dispose();
  });
  describeDoor(
    () => service,
    () => door,
  );

  const stored = (memory: object) => ({ memory: { coord: at(1), payload_json: '{}', ...memory } });

  it.each([
    ['no token', {}, { authorization: '' }, 'UNAUTHENTICATED', 'missing_token'],
    ['another scheme', {}, { authorization: 'Basic eDp5' }, 'UNAUTHENTICATED', 'missing_token'],
    ['a wrong token', {}, { authorization: 'Bearer wrong' }, 'UNAUTHENTICATED', 'invalid_token'],
    ['a namespace that is none', {}, { 'x-soma-namespace-bin': 'a\nb' }, 'INVALID_ARGUMENT', 'invalid_request'],
    ['a payload that is no JSON', { payload_json: '{"a":' }, {}, 'INVALID_ARGUMENT', 'invalid_request'],
    ['a payload that is no object', { payload_json: '[1]' }, {}, 'INVALID_ARGUMENT', 'invalid_request'],
    ['a payload too deep to read', { payload_json: '{"a":'.repeat(9999) }, {}, 'INVALID_ARGUMENT', 'invalid_request'],
    ['an empty coordinate', { coord: at() }, {}, 'INVALID_ARGUMENT', 'invalid_coordinate'],
    ['no coordinate', { coord: undefined }, {}, 'INVALID_ARGUMENT', 'invalid_coordinate'],
    ['a coordinate that is no number', { coord: at(1, NaN) }, {}, 'INVALID_ARGUMENT', 'invalid_coordinate'],
    ['an infinite coordinate', { coord: at(Infinity) }, {}, 'INVALID_ARGUMENT', 'invalid_coordinate'],
    ['a write to wait for that is none', {}, { 'x-soma-consistency': 'x' }, 'INVALID_ARGUMENT', 'unknown_write'],
  ])('refuses %s by status and code', async (_, memory, metadata, status, code) => {
    const refusal = await door.refused(COMPAT, 'Store', stored(memory), { metadata });
    expect(refusal).toMatchObject({ status, code });
    if (status === 'INVALID_ARGUMENT') expect(refusal.fields).not.toEqual([]);
  });

  it('refuses messages that are too large, no messages, of another version, or for nobody', async () => {
    const large = stored({ payload_json: JSON.stringify({ text: 'x'.repeat(5 * 2 ** 20) }) });
    expect(await door.refused(COMPAT, 'Store', large)).toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    expect(await door.sendBytes(COMPAT, 'Store', Buffer.from([0x0a, 0xff]))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      code: 'malformed_message',
    });
    expect(await door.refused(V1, 'Recall', { query: 'cup', more_json: '{"query":"tea"}' })).toMatchObject({
      status: 'INVALID_ARGUMENT',
      fields: ['more_json'],
    });
    // Nothing but fields that a version to come may have.
    expect(await door.sendBytes(COMPAT, 'Store', Buffer.from([0x7a, 0x01, 0x41]))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      fields: ['memory'],
    });
    const nobody = new Client(await service.grpcAddress(), credentials.createInsecure());
    const [error] = await new Promise<[ServiceError | null]>((resolve) => {
      const bytes = (value: Buffer) => value;
      nobody.makeUnaryRequest('/somafractalmemory.v9.Memories/Store', bytes, bytes, Buffer.alloc(0), (failure) =>
        resolve([failure]),
      );
    });
    expect(error && refusalOf(error)).toMatchObject({ status: 'UNIMPLEMENTED' });
    nobody.close();
    expect(await door.call(COMPAT, 'Health', {})).toEqual({ status: 'ok' });
  });

  it.each([
    ['less of the interface', OF_BEFORE],
    ['more of the interface', TO_COME],
  ])('serves a client that knows %s', async (_, interfaceOf) => {
    const { root } = protobuf.parse(interfaceOf, { keepCase: true });
    const call = async (name: string, [asked, answered]: readonly [string, string], message: object) => {
      const types = [root.lookupType(asked), root.lookupType(answered)] as const;
      const bytes = Buffer.from(types[0].encode(types[0].fromObject(message)).finish());
      return types[1].toObject(types[1].decode(await door.exchangeBytes(COMPAT, name, bytes)));
    };
    const place = { values: [-70, 7], unit: 'm' };
    const memory = { coord: place, payload_json: '{"text":"of all times"}', colours: [1, 2] };
    const stored = { memory, elsewhere: place, seal: 'AAAA' };
    expect(await call('Store', ['StoreRequest', 'StoreResponse'], stored)).toMatchObject({ ok: true });
    const asked = { query: place, backwards: true };
    expect(await call('Recall', ['RetrieveRequest', 'RecallResult'], asked)).toMatchObject({
      memories: expect.arrayContaining([
        expect.objectContaining({ coord: { values: [-70, 7] }, payload_json: '{"text":"of all times"}' }),
      ]),
    });
  });

  it('repeats what a key was answered, shows a write to who names it, and gives back the id of a call', async () => {
    const options = { metadata: { 'x-soma-namespace': 'named', 'idempotency-key': 'k1', 'x-request-id': 'abc-1' } };
    const memory = kettle(at(1), 'once');
    const { trailers, headers } = await door.exchange(V1, 'Store', memory, options);
    expect(headers.get('x-request-id')).toEqual(['abc-1']);
    expect(await door.call(V1, 'Store', memory, options)).toMatchObject({ version: 1, created: true });
    expect(await door.refused(V1, 'Store', kettle(at(2), 'other'), options)).toMatchObject({
      code: 'invalid_request',
      fields: ['Idempotency-Key'],
    });
    const named = { 'x-soma-namespace': 'named', 'x-soma-consistency': String(trailers.get('x-soma-consistency')[0]) };
    expect(await door.call(V1, 'Get', { coordinate: at(1) }, { metadata: named })).toMatchObject({ version: 1 });
    expect(await door.refused(V1, 'Get', { coordinate: at(5) }, options)).toMatchObject({
      status: 'NOT_FOUND',
      code: 'memory_not_found',
    });
  });

  it('says that it serves, and what', async () => {
    const health = fileURLToPath(
      new URL('../../node_modules/grpc-health-check/proto/health/v1/health.proto', import.meta.url),
    );
    const check = loadSync(health)['grpc.health.v1.Health'];
    if (!check || 'format' in check || !check['Check']) throw new Error('no definition');
    const { path, requestSerialize, responseDeserialize } = check['Check'];
    for (const service of ['', COMPAT, V1]) {
      const answer = await new Promise((resolve, reject) => {
        door.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, (error, value) =>
          error ? reject(error) : resolve(value),
        );
      });
      expect(answer).toMatchObject({ status: 1 });
    }
    // As tools ask: one message `{list_services: ""}`, told by a stream.
    for (const version of ['v1', 'v1alpha']) {
      const bytes = (value: Buffer) => value;
      const stream = door.client.makeBidiStreamRequest(
        `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
        bytes,
        bytes,
        new Metadata(),
      );
      stream.write(Buffer.from([0x3a, 0x00]));
      const [answer] = (await once(stream, 'data')) as [Buffer];
      for (const name of [COMPAT, V1]) expect(answer.toString('latin1')).toContain(name);
      stream.end();
    }
  });

  it('keeps nothing for a client that stops reading, and lets go of one that hangs up', async () => {
    const options = inNamespace('unread');
    const payload_json = JSON.stringify({ text: 'x'.repeat(500_000) });
    const store = (x: number) => door.call(V1, 'Store', { coordinate: at(x), payload_json }, options);
    const metric = async (name: string) => {
      const page = await (await fetch(`${service.url}/metrics`)).text();
      return Number(new RegExp(`^${name}(?:\\{[^}]*Watch[^}]*\\})? (\\S+)$`, 'm').exec(page)?.[1]);
    };
    const growthOf = async (work: () => Promise<void>) => {
      const before = await metric('process_resident_memory_bytes');
      await work();
      return (await metric('process_resident_memory_bytes')) - before;
    };
    const alone = await growthOf(async () => {
      for (let x = 0; x < 40; x += 1) await store(x);
    });
    const watches = Array.from({ length: 12 }, () =>
      door.stream(V1, 'Watch', { from_beginning: true, include_memories: true }, options).on('error', () => undefined),
    );
    // A client takes everything until it is read once.
    for (const watch of watches) {
      await once(watch, 'data');
      watch.pause();
    }
    await waitFor(async () => (await metric('soma_grpc_open_calls')) === watches.length, {
      what: () => 'open watches',
    });
    const watched = await growthOf(async () => {
      for (let x = 40; x < 80; x += 1) await store(x);
    });
    // Kept for each of them, all of it would be 480 MB.
    expect(watched - alone).toBeLessThan(200 * 2 ** 20);
    for (const watch of watches) watch.cancel();
    await waitFor(async () => (await metric('soma_grpc_open_calls')) === 0, { what: () => 'the end of the watches' });
  });

  it('counts its calls, and ends when another program has its port', async () => {
    const page = await (await fetch(`${service.url}/metrics`)).text();
    expect(page).toMatch(
      /^grpc_server_handled_total\{grpc_service="somafractalmemory\.MemoryService",grpc_method="Store",grpc_code="OK"\} [1-9]/m,
    );
    expect(page).toMatch(/^grpc_server_handled_total\{[^}]*grpc_method="Store",grpc_code="UNAUTHENTICATED"\} 3$/m);
    const port = (await service.grpcAddress()).replace(/^.*:/, '');
    const second = await RunningService.prepare({ SOMA_GRPC_PORT: port });
    second.spawn();
    expect(await second.exited()).toBe(1);
    expect(second.output).toContain(
      `port ${port} of 127.0.0.1 is in use; stop the other program or set SOMA_GRPC_PORT`,
    );
    await second.dispose();
  });
});

describe('gRPC over mutual TLS, with a rate limit', () => {
  let folder: string;
  let certificates: TestCertificates;
  let service: RunningService;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sfm-grpc-tls-'));
    certificates = await makeCertificates(folder);
    service = await RunningService.start({
      SOMA_GRPC_TLS_CERT: certificates.serverCertFile,
      SOMA_GRPC_TLS_KEY: certificates.serverKeyFile,
      SOMA_GRPC_TLS_CLIENT_CA: certificates.caFile,
      SOMA_RATE_LIMIT_MAX: '3',
    });
  });
  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const doorWith = async (...files: readonly string[]) => {
    const [ca, key, cert] = await Promise.all(files.map((file) => readFile(file)));
    return new GrpcDoor(await service.grpcAddress(), credentials.createSsl(ca, key, cert));
  };

  it('serves who has a certificate of the authority, as often as the limit allows, and nobody else', async () => {
    const { caFile, clientCertFile, clientKeyFile, otherCaFile } = certificates;
    const strangers = [new GrpcDoor(await service.grpcAddress()), await doorWith(caFile), await doorWith(otherCaFile)];
    for (const stranger of strangers) {
      expect(await stranger.refused(COMPAT, 'Health', {})).toMatchObject({ status: 'UNAVAILABLE' });
      stranger.close();
    }
    const door = await doorWith(caFile, clientKeyFile, clientCertFile);
    expect(await door.refused(COMPAT, 'Recall', {}, { metadata: { authorization: '' } })).toMatchObject({
      code: 'missing_token',
    });
    const asked = { query: at(1) };
    for (let call = 0; call < 3; call += 1) expect(await door.call(COMPAT, 'Recall', asked)).toEqual({ memories: [] });
    expect(await door.refused(COMPAT, 'Recall', asked)).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      code: 'rate_limit_exceeded',
    });

    const watch = door.stream(V1, 'Watch', {});
    await once(watch, 'data');
    const ended = endOf(watch);
    const exit = service.signal('SIGTERM');
    expect(refusalOf(await ended)).toMatchObject({ status: 'UNAVAILABLE' });
    expect(await exit).toBe(0);
    door.close();
  });
});

describeReal('gRPC of a service with PostgreSQL and Qdrant', () => {
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let running: { readonly service: RunningService; readonly door: GrpcDoor } | undefined;
  const open = () => {
    if (running === undefined) throw new Error('the service did not start');
    return running;
  };
  const door = () => open().door;

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
    const service = await RunningService.start({ POSTGRES_URL: database.url, QDRANT_URL: qdrant.url });
    running = { service, door: new GrpcDoor(await service.grpcAddress()) };
  });
  afterAll(async () => {
    running?.door.close();
    await running?.service.dispose();
    await qdrant.stop();
    await database.drop();
  });
  describeDoor(() => open().service, door);

  it('stops what works for a call at its deadline or when it is cancelled, in PostgreSQL too', async () => {
    const options = inNamespace('late');
    await door().call(V1, 'Store', kettle(at(1), 'in time'), options);
    const operator = new pg.Client({ connectionString: database.url });
    await operator.connect();
    const untilWaiting = (count: number, words: string) =>
      waitFor(
        async () => {
          // A transaction sees the same activity for as long as it lasts.
          await operator.query('SELECT pg_stat_clear_snapshot()');
          const { rows } = await operator.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()
              AND wait_event_type = 'Lock' AND query LIKE $1`,
            [words],
          );
          return rows[0]?.n === count;
        },
        { timeoutMs: 8000, what: () => `${count} waiting statements` },
      );
    try {
      const WRITE = '%arrived AS MATERIALIZED%';
      await operator.query(`BEGIN; SELECT FROM memories WHERE namespace = 'late' FOR UPDATE`);
      const late = door().refused(V1, 'Store', kettle(at(1), 'too late'), { ...options, deadlineMs: 2000 });
      await untilWaiting(1, WRITE);
      expect(await late).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
      await untilWaiting(0, WRITE);
      await operator.query('ROLLBACK');

      const READ = 'SELECT m.id, m.namespace%';
      await operator.query('BEGIN; LOCK TABLE memories IN ACCESS EXCLUSIVE MODE');
      const giving = new AbortController();
      const given = door().refused(V1, 'Get', { coordinate: at(1) }, { ...options, signal: giving.signal });
      await untilWaiting(1, READ);
      giving.abort();
      expect(await given).toMatchObject({ status: 'CANCELLED' });
      await untilWaiting(0, READ);
    } finally {
      await operator.query('ROLLBACK');
      await operator.end();
    }
    expect(await door().call(V1, 'Get', { coordinate: at(1) }, options)).toMatchObject({ version: 1 });
  });
});
