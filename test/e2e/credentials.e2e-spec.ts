import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceError } from '@grpc/grpc-js';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UnsecuredJWT } from 'jose';
import { TokenIssuer } from '../services/tokens/token-issuer.js';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { testRedis } from '../services/redis/redis.js';
import { nothingLeaks } from './support/foreign-credentials.js';
import { nothingLeaksByOtherDoors } from './support/foreign-doors.js';
import { GrpcDoor, refusalOf, V1 } from './support/grpc-door.js';
import { RunningService, TOKEN } from './support/running-service.js';
import { soma } from './support/soma.js';

interface IssuedKey {
  readonly id: string;
  readonly secret: string;
}

const LIST_TOOLS = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

/** Longer than a revoked key may go on. */
const REVOKED_WITHIN_MS = 15_000;

describe('credentials of a service', () => {
  let issuer: TokenIssuer;
  let service: RunningService;
  let door: GrpcDoor;
  let folder: string;

  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-credentials-'));
    service = await RunningService.start({ SOMA_OIDC_ISSUER: issuer.url, SOMA_OIDC_AUDIENCE: 'soma' });
    door = new GrpcDoor(await service.grpcAddress());
  });
  afterAll(async () => {
    door.close();
    await service.dispose();
    await issuer.close();
    await rm(folder, { recursive: true });
  });

  const make = (changes: object) =>
    service.json<IssuedKey>('/v1/keys', { body: { name: 'kettle', scopes: ['read'], ...changes } });
  const ask = (token: string, namespace: string, route = '/v1/memories') =>
    service.request(route, { headers: { authorization: `Bearer ${token}`, 'x-soma-namespace': namespace } });

  nothingLeaksByOtherDoors(() => service);
  nothingLeaks(() => service);

  it('ends an export in the middle when its key is revoked, and says so to whoever comes again', async () => {
    const text = 'kettle '.repeat(10_000);
    for (let part = 0; part < 10; part += 1) {
      const memories = Array.from({ length: 50 }, (_, n) => ({ coordinate: [part, n], payload: { text } }));
      await service.json('/v1/memories:batch', { headers: { 'x-soma-namespace': 'large' }, body: { memories } });
    }
    const { id, secret } = await make({ namespaces: ['large'] });
    const response = await ask(secret, 'large', '/v1/export');
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    const mine = { authorization: `Bearer ${secret}`, 'x-soma-namespace': 'large' };
    const streams = ['Export', 'Watch'].map((name) => door.stream(V1, name, {}, { metadata: mine }));
    for (const stream of streams) {
      await once(stream, 'data');
      stream.pause();
    }
    await service.request(`/v1/keys/${id}`, { method: 'DELETE' });
    // The reader takes nothing: what was read for it must not be handed out later either.
    const started = performance.now();
    while ((await ask(secret, 'large')).status === 200)
      expect(performance.now() - started).toBeLessThan(REVOKED_WITHIN_MS);
    const rest = async () => {
      for (;;) {
        if ((await reader?.read())?.done !== false) return 'complete';
        // The credential is looked at every second, and all of this could be read in less.
        await service.request('/health');
      }
    };
    const ended = streams.map(async (stream) => {
      const [error] = (await once(stream.resume(), 'error')) as [ServiceError];
      return refusalOf(error);
    });
    const rejected = {
      status: 'UNAUTHENTICATED',
      code: 'token_rejected',
      message: expect.stringContaining('the API key was revoked'),
    };
    expect(await Promise.all(ended)).toMatchObject([rejected, rejected]);
    await expect(rest()).rejects.toThrow();
    expect(await door.refused(V1, 'List', {}, { metadata: mine })).toMatchObject(rejected);
    const toolsOf = (token: string) =>
      service.request('/mcp', { body: LIST_TOOLS, headers: { authorization: `Bearer ${token}` } });
    expect([(await toolsOf(TOKEN)).status, (await toolsOf(secret)).status]).toEqual([200, 401]);
    const again = await ask(secret, 'large', '/v1/export');
    expect([again.status, await again.text()]).toEqual([401, expect.stringContaining('the API key was revoked')]);
    expect(performance.now() - started).toBeLessThan(2 * REVOKED_WITHIN_MS);
  });

  it('ends a key at its time, and keeps it to the namespaces that it names, through every door', async () => {
    const { secret } = await make({ namespaces: ['kitchen'], expires_at: new Date(Date.now() + 6000).toISOString() });
    const call = (namespace: string) => ({
      metadata: { authorization: `Bearer ${secret}`, 'x-soma-namespace': namespace },
    });
    expect((await ask(secret, 'kitchen')).status).toBe(200);
    expect(await door.call(V1, 'List', {}, call('kitchen'))).toMatchObject({ memories: [] });
    for (const namespace of ['*', 'kitchen*', 'kit*', 'kitchen:*', 'Kitchen']) {
      expect((await ask(secret, namespace)).status).toBe(403);
      expect(await door.refused(V1, 'List', {}, call(namespace))).toMatchObject({ code: 'namespace_forbidden' });
      expect(
        (
          await service.request(`/mcp/${encodeURIComponent(namespace)}`, {
            body: LIST_TOOLS,
            headers: { authorization: `Bearer ${secret}` },
          })
        ).status,
      ).toBe(403);
    }
    for (const namespaces of [['a*b'], ['*a'], ['**'], ['team*'], [''], []]) {
      const answer = await service.request('/v1/keys', { body: { name: 'wrong', scopes: ['read'], namespaces } });
      expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('namespaces')]);
    }
    const started = performance.now();
    while ((await ask(secret, 'kitchen')).status === 200)
      expect(performance.now() - started).toBeLessThan(REVOKED_WITHIN_MS);
    const late = await ask(secret, 'kitchen');
    expect([late.status, await late.text()]).toEqual([401, expect.stringContaining('the API key has expired')]);
    expect(await door.refused(V1, 'List', {}, call('kitchen'))).toMatchObject({
      status: 'UNAUTHENTICATED',
      code: 'token_rejected',
    });
  });

  it('takes tokens that the issuer signed for it, and tells others why they are none', async () => {
    const claims = { scope: 'soma:read', soma_namespaces: ['jwt-home', 'team-a:*'] };
    issuer.isAway = true;
    const early = await ask(await issuer.sign(claims), 'team-a:x');
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await early.json()).toMatchObject({ type: 'urn:sfm:problem:issuer_unavailable' });
    const called = (token: string) =>
      door.refused(V1, 'List', {}, { metadata: { authorization: `Bearer ${token}`, 'x-soma-namespace': 'others' } });
    expect(await called(await issuer.sign(claims))).toMatchObject({
      status: 'UNAVAILABLE',
      code: 'issuer_unavailable',
    });
    issuer.isAway = false;
    const token = await issuer.sign(claims);
    const started = performance.now();
    while ((await ask(token, 'team-a:x')).status === 503) expect(performance.now() - started).toBeLessThan(20_000);
    expect((await ask(token, 'team-a:x')).status).toBe(200);
    expect((await ask(token, 'others')).status).toBe(403);
    expect(await called(token)).toMatchObject({ status: 'PERMISSION_DENIED', code: 'namespace_forbidden' });
    expect((await ask(token, 'jwt-home', '/v1/keys')).status).toBe(403);
    const now = Math.floor(Date.now() / 1000);
    const plain = { iss: issuer.url, aud: 'soma', sub: 'alice', exp: now + 600, ...claims };
    const refused = [
      new UnsecuredJWT(plain).encode(),
      await issuer.sign({ ...claims, aud: 'others' }),
      await issuer.sign({ ...claims, exp: now - 600 }),
    ];
    for (const [index, said] of ['its algorithm is none of', 'a wrong or no claim aud', 'expired'].entries()) {
      const answer = await ask(refused[index] ?? '', 'jwt-home');
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(said) });
      expect(await called(refused[index] ?? '')).toMatchObject({
        status: 'UNAUTHENTICATED',
        message: expect.stringContaining(said),
      });
    }
  });

  it('keeps an audit log of it all that is checked without the service', async () => {
    const { id, secret } = await make({ namespaces: ['kitchen'], scopes: ['read', 'write'] });
    expect((await ask(secret, 'kitchen')).status).toBe(200);
    expect((await ask('nonsense', 'kitchen')).status).toBe(403);
    // What was counted is written at the end.
    await service.signal('SIGTERM');
    await service.launch();
    const { keys } = await service.json<{ keys: { id: string; last_used_at: string | null }[] }>('/v1/keys?limit=1000');
    expect(keys.find((key) => key.id === id)?.last_used_at).toEqual(expect.any(String));
    const text = await (await service.request('/v1/audit')).text();
    for (const part of [
      `"actor":"${id}","action":"credential.use"`,
      '"actor":"jwt:alice","action":"credential.use"',
      '"actor":"default","action":"revokeKey"',
      '"address":"127.0.0.1","reasons":["invalid_token"',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain(secret.slice(17));
    const file = path.join(folder, 'audit.ndjson');
    await writeFile(file, text);
    expect(await soma({}, 'audit', 'verify', file)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^intact: /),
    });
    await writeFile(file, (await readFile(file, 'utf8')).replace('"action":"revokeKey"', '"action":"createKey"'));
    expect(await soma({}, 'audit', 'verify', file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not as it was written'),
    });
  });
});

const describeReal = await describeWith(['postgres', 'redis', 'qdrant']);

describeReal('credentials of a service on servers', () => {
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let service: RunningService;

  beforeAll(async () => {
    const redis = await testRedis();
    [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
    const servers = { POSTGRES_URL: database.url, REDIS_URL: redis.url, QDRANT_URL: qdrant.url };
    service = await RunningService.start({ ...servers, SOMA_WORKERS: '2' });
  });
  afterAll(async () => {
    await service.dispose();
    await qdrant.stop();
    await database.drop();
  });

  nothingLeaksByOtherDoors(() => service);
  nothingLeaks(() => service);
});
