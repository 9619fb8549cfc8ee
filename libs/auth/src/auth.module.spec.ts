import { afterEach, describe, expect, it } from '@jest/globals';
import { Catch, Controller, Get, Post, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { MemoryError, toNamespace, type ErrorCode, type Principal } from '@sfm/memory';
import { AuthModule } from './auth.module.js';
import type { AuthOptions, Credential } from './options/auth.options.js';
import { Public, PublicIf } from './request/public.decorator.js';
import { CurrentPrincipal } from './request/current-principal.decorator.js';
import { EmbeddedRateLimiter } from './rate-limit/embedded/embedded-rate-limiter.js';
import { Unlimited } from './rate-limit/rate-limit.guard.js';

@Controller()
class SampleController {
  @Get('who')
  who(@CurrentPrincipal() { namespace, credentialId: credential, scopes }: Principal) {
    return { namespace, credential, scopes };
  }

  @Post('who')
  post() {
    return {};
  }

  @Get('items/:id')
  item() {
    return {};
  }

  @Public()
  @Get('open')
  open(@CurrentPrincipal() { namespace, scopes }: Principal) {
    return { namespace, scopes };
  }

  @PublicIf('stats')
  @Get('stats')
  stats(@CurrentPrincipal() { namespace, credentialId: credential, scopes }: Principal) {
    return { namespace, credential, scopes };
  }

  @Unlimited()
  @Get('unlimited')
  unlimited() {
    return {};
  }
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  missing_token: 401,
  invalid_request: 422,
  rate_limit_exceeded: 429,
};

@Catch(MemoryError)
class CatalogueFilter implements ExceptionFilter<MemoryError> {
  catch(error: MemoryError, host: ArgumentsHost) {
    const reply = host.switchToHttp().getResponse<{ status(code: number): { send(body: unknown): void } }>();
    reply.status(STATUS[error.code] ?? 403).send({ detail: error.message });
  }
}

const OPTIONS: AuthOptions = {
  credentials: [
    { id: 'main', token: 'test-token', namespaces: '*' },
    { id: 'bound', token: 'bound-token', namespaces: [toNamespace('team_a'), toNamespace('team_b')] },
  ],
  defaultNamespace: toNamespace('api_ns'),
  rateLimit: { max: 0, windowMs: 0 },
};

const applications: NestFastifyApplication[] = [];

async function start(overrides: Partial<AuthOptions> = {}, now?: () => number) {
  const testing = await Test.createTestingModule({
    imports: [AuthModule.register({ ...OPTIONS, ...overrides }, new EmbeddedRateLimiter({ now }))],
    controllers: [SampleController],
  }).compile();
  const application = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  application.useGlobalFilters(new CatalogueFilter());
  await application.init();
  await application.getHttpAdapter().getInstance().ready();
  applications.push(application);
  return async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') => {
    const response = await application.inject({ method, url, headers });
    const body: unknown = response.json();
    return { status: response.statusCode, headers: response.headers, body };
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const main = bearer('test-token');

afterEach(async () => {
  await Promise.all(applications.splice(0).map((application) => application.close()));
});

describe('the bearer guard', () => {
  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic dGVzdC10b2tlbg==' }],
    ['the bare token', { authorization: 'test-token' }],
    ['the bare scheme', { authorization: 'Bearer' }],
    ['the token in another header', { 'x-api-key': 'test-token' }],
  ])('answers %s with 401 and says what is missing', async (_, headers) => {
    const call = await start();
    expect(await call('/who', headers)).toMatchObject({ status: 401, body: { detail: 'Missing bearer token' } });
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('knows the scheme written %s: case means nothing in it', async (scheme) => {
    const call = await start();
    expect((await call('/who', { authorization: `${scheme} test-token` })).status).toBe(200);
    expect((await call('/who', { authorization: `${scheme} TEST-TOKEN` })).status).toBe(403);
  });

  it('does not take the token from the query', async () => {
    const call = await start();
    expect((await call('/who?access_token=test-token')).status).toBe(401);
  });

  it.each(['wrong', 'test-token2', 'test-toke', 'TEST-TOKEN', ' test-token', ''])(
    'answers the token "%s" with 403',
    async (token) => {
      const call = await start();
      const { status, body } = await call('/who', bearer(token));
      expect([status, body]).toEqual([403, { detail: 'Invalid token' }]);
    },
  );

  it('lets the right token in and tells the handler who calls', async () => {
    const call = await start();
    expect(await call('/who', main)).toMatchObject({ status: 200, body: { namespace: 'api_ns', credential: 'main' } });
  });

  it('says what the credential may do: everything, unless its scopes are listed', async () => {
    const reader: Credential = { id: 'reader', token: 'reader', namespaces: '*', scopes: ['read'] };
    const call = await start({ credentials: [...OPTIONS.credentials, reader], publicAreas: ['stats'] });
    expect((await call('/who', main)).body).toMatchObject({ scopes: ['*'] });
    expect((await call('/who', bearer('reader'))).body).toMatchObject({ scopes: ['read'] });
  });

  it('lets nobody do anything on public routes, and read where the operator says so', async () => {
    const call = await start({ publicAreas: ['stats'] });
    expect((await call('/open', main)).body).toEqual({ namespace: 'api_ns', scopes: [] });
    expect((await call('/stats')).body).toEqual({ namespace: 'api_ns', scopes: ['read'] });
  });

  it('keeps two applications in one process apart', async () => {
    const first = await start({ credentials: [{ id: 'one', token: 'first', namespaces: '*' }] });
    const second = await start({ credentials: [{ id: 'two', token: 'second', namespaces: '*' }] });
    expect((await first('/who', bearer('first'))).status).toBe(200);
    expect((await first('/who', bearer('second'))).status).toBe(403);
    expect((await second('/who', bearer('second'))).status).toBe(200);
    expect((await second('/who', bearer('first'))).status).toBe(403);
  });

  it('answers public routes without looking at tokens', async () => {
    const call = await start();
    expect(await call('/open', bearer('wrong'))).toMatchObject({ status: 200, body: { namespace: 'api_ns' } });
  });

  it('guards an area until it is made public, and checks a token that is sent all the same', async () => {
    expect((await (await start())('/stats')).status).toBe(401);
    const call = await start({ publicAreas: ['stats'] });
    expect(await call('/stats')).toMatchObject({ status: 200, body: { namespace: 'api_ns' } });
    expect(await call('/stats', main)).toMatchObject({ status: 200, body: { credential: 'main' } });
    expect((await call('/stats', bearer('wrong'))).status).toBe(403);
    expect((await call('/stats', { 'x-soma-namespace': 'team_a' })).status).toBe(403);
    expect((await call('/who')).status).toBe(401);
  });
});

describe('the namespace of a request', () => {
  const named = (token: string, namespace: string) => ({ ...bearer(token), 'x-soma-namespace': namespace });

  it('is the one the header names when the credential may use it', async () => {
    const call = await start();
    expect((await call('/who', named('test-token', 'a.b:c-d_1'))).body).toMatchObject({ namespace: 'a.b:c-d_1' });
    expect((await call('/who', named('bound-token', 'team_b'))).body).toMatchObject({ namespace: 'team_b' });
  });

  it('is forbidden otherwise', async () => {
    const call = await start();
    expect((await call('/who', named('bound-token', 'api_ns'))).status).toBe(403);
    expect((await call('/who', named('bound-token', 'team_'))).status).toBe(403);
  });

  it('of a bound credential that names none is one of its own', async () => {
    const call = await start();
    expect((await call('/who', bearer('bound-token'))).body).toMatchObject({ namespace: 'team_a' });
  });

  it.each([
    'base:user@example.com',
    'base:acme/eu',
    'base:a+b/c=',
    'base:tenant one',
    '~t',
    '..',
    "a';drop",
    'a, b',
    'x'.repeat(200),
    'ü',
    '日本語 😀',
  ])('can be called "%s"', async (name) => {
    const call = await start();
    const sent = Buffer.from(name, 'utf8').toString('latin1');
    expect(await call('/who', named('test-token', sent))).toMatchObject({ status: 200, body: { namespace: name } });
  });

  it('is read as Latin-1 where its bytes are no UTF-8', async () => {
    const call = await start();
    expect((await call('/who', named('test-token', 'caf\u00e9'))).body).toMatchObject({ namespace: 'café' });
  });

  it('is the default one when the header is empty', async () => {
    const call = await start();
    expect((await call('/who', named('test-token', ''))).body).toMatchObject({ namespace: 'api_ns' });
  });

  it.each(['x'.repeat(256), 'a\u0007b', 'a\u0085b', '\u00a0'])('cannot be called %j', async (name) => {
    const call = await start();
    const sent = Buffer.from(name, 'utf8').toString('latin1');
    const { status, body } = await call('/who', named('test-token', sent));
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain('X-Soma-Namespace');
  });
});

describe('the rate limit', () => {
  const limited = async (max: number) => {
    const clock = { now: 1_000_000 };
    const call = await start({ rateLimit: { max, windowMs: 60_000 }, publicAreas: ['stats'] }, () => clock.now);
    return { clock, call };
  };

  it('answers 429 with the time to wait, and lets the next one in after it', async () => {
    const { clock, call } = await limited(2);
    const first = await call('/who', main);
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '60',
    });
    clock.now += 10_000;
    expect((await call('/who', main)).headers).toMatchObject({ 'ratelimit-remaining': '0', 'ratelimit-reset': '50' });
    const refused = await call('/who', main);
    expect(refused).toMatchObject({ status: 429, body: { detail: 'Rate limit exceeded' } });
    expect(refused.headers).toMatchObject({ 'retry-after': '50', 'ratelimit-remaining': '0', 'ratelimit-reset': '50' });
    clock.now += 49_999;
    expect((await call('/who', main)).status).toBe(429);
    clock.now += 1;
    expect((await call('/who', main)).status).toBe(200);
    expect((await call('/who', main)).status).toBe(429);
  });

  it('counts by credential and route pattern, whatever the method and parameters', async () => {
    const { call } = await limited(1);
    expect((await call('/who', main)).status).toBe(200);
    expect((await call('/who', main, 'POST')).status).toBe(429);
    expect((await call('/who', bearer('bound-token'))).status).toBe(200);
    expect((await call('/items/1', main)).status).toBe(200);
    expect((await call('/items/2', main)).status).toBe(429);
  });

  it('is not used up by refused tokens, and those get no limit headers', async () => {
    const { call } = await limited(1);
    const refused = await call('/who', bearer('wrong'));
    expect(refused.status).toBe(403);
    expect(refused.headers['ratelimit-limit']).toBeUndefined();
    expect((await call('/who')).status).toBe(401);
    expect((await call('/who', main)).status).toBe(200);
  });

  it('does not hold for public and unlimited routes, but for public areas', async () => {
    const { call } = await limited(1);
    for (const path of ['/open', '/open', '/unlimited', '/unlimited']) {
      const { status, headers } = await call(path, main);
      expect([status, headers['ratelimit-limit']]).toEqual([200, undefined]);
    }
    expect((await call('/stats')).status).toBe(200);
    expect((await call('/stats')).status).toBe(429);
    expect((await call('/stats', main)).status).toBe(200);
  });

  it('is off with a limit of 0', async () => {
    const { call } = await limited(0);
    const { status, headers } = await call('/who', main);
    expect([status, headers['ratelimit-limit']]).toEqual([200, undefined]);
  });
});
