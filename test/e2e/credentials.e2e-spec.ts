import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import { RunningService } from './support/running-service.js';
import { soma } from './support/soma.js';

interface IssuedKey {
  readonly id: string;
  readonly secret: string;
}

/** Longer than a revoked key may go on. */
const REVOKED_WITHIN_MS = 15_000;

describe('credentials of a service', () => {
  let issuer: TokenIssuer;
  let service: RunningService;
  let folder: string;

  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-credentials-'));
    service = await RunningService.start({ SOMA_OIDC_ISSUER: issuer.url, SOMA_OIDC_AUDIENCE: 'soma' });
  });
  afterAll(async () => {
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
    await service.request(`/v1/keys/${id}`, { method: 'DELETE' });
    // The reader takes nothing: what was read for it must not be handed out later either.
    const started = performance.now();
    while ((await ask(secret, 'large')).status === 200)
      expect(performance.now() - started).toBeLessThan(REVOKED_WITHIN_MS);
    const rest = async () => {
      for (;;) {
        if ((await reader?.read())?.done !== false) return 'complete';
      }
    };
    await expect(rest()).rejects.toThrow();
    const again = await ask(secret, 'large', '/v1/export');
    expect([again.status, await again.text()]).toEqual([401, expect.stringContaining('the API key was revoked')]);
    expect(performance.now() - started).toBeLessThan(2 * REVOKED_WITHIN_MS);
  });

  it('takes tokens that the issuer signed for it, and tells others why they are none', async () => {
    const claims = { scope: 'soma:read', soma_namespaces: ['jwt-home', 'team-a:*'] };
    issuer.isAway = true;
    const early = await ask(await issuer.sign(claims), 'team-a:x');
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await early.json()).toMatchObject({ type: 'urn:sfm:problem:issuer_unavailable' });
    issuer.isAway = false;
    const token = await issuer.sign(claims);
    const started = performance.now();
    while ((await ask(token, 'team-a:x')).status === 503) expect(performance.now() - started).toBeLessThan(20_000);
    expect((await ask(token, 'team-a:x')).status).toBe(200);
    expect((await ask(token, 'others')).status).toBe(403);
    expect((await ask(token, 'jwt-home', '/v1/keys')).status).toBe(403);
    const now = Math.floor(Date.now() / 1000);
    const plain = { iss: issuer.url, aud: 'soma', sub: 'alice', exp: now + 600, ...claims };
    const refused = [new UnsecuredJWT(plain).encode(), await issuer.sign({ ...claims, aud: 'others' })];
    for (const [index, said] of ['its algorithm is none of', 'a wrong or no claim aud'].entries()) {
      const answer = await ask(refused[index] ?? '', 'jwt-home');
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(said) });
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
