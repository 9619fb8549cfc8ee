import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPTIONS, startHttp, type HttpHarness } from '../../../test/http-harness.js';
import { client } from '../../../test/requests.js';

let http: HttpHarness;
const { get, post, send } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const policyOf = (headers: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly string[]> =>
  new Map(
    String(headers['content-security-policy'])
      .split(';')
      .map((directive) => directive.trim().split(' '))
      .map(([name = '', ...sources]) => [name, sources]),
  );

describe('every answer', () => {
  it.each([
    ['a greeting', () => get('/')],
    ['metrics', () => get('/metrics')],
    ['a refusal for want of a token', () => get('/memories/1', { authorization: '' })],
    ['an unknown path', () => get('/nothing')],
    ['an unknown method', () => send('PUT', '/store', {})],
    ['a body that is no JSON', () => post('/v1/memories', '{')],
    ['an answer of v1', () => get('/v1/memories')],
  ])('forbids browsers to guess its type, frame it or run it: %s', async (_, ask) => {
    const { headers } = await ask();
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('may still be read by the pages of an allowed origin', async () => {
    const { headers } = await get('/ping', { origin: 'https://app.example' });
    expect(headers['access-control-allow-origin']).toBe('https://app.example');
  });

  it('tells neither what serves it nor its version', async () => {
    for (const { headers, body } of [await get('/nothing'), await get('/v1/nothing'), await post('/store', '{')]) {
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('x-powered-by');
      const told = JSON.stringify([headers, body]).toLowerCase();
      for (const word of [OPTIONS.version, process.version, 'fastify', 'nest', 'node_modules', '.ts:'])
        expect(told).not.toContain(word);
    }
  });

  it('tells browsers to come by HTTPS where the operator says so', async () => {
    const behindTls = await startHttp({ options: { isHttpsOnly: true } });
    const { headers } = await behindTls.app.inject({ url: '/ping' });
    await behindTls.close();
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe.each(['/docs', '/docs/', '/redoc'])('the page %s', (url) => {
  it('may load and run files of the service only, and holds nothing that its policy forbids', async () => {
    const { headers, body } = await get(url);
    const page = String(body);
    const policy = policyOf(headers);
    expect(policy.get('default-src')).toEqual(["'none'"]);
    for (const kind of ['script-src', 'connect-src']) expect(policy.get(kind)).toEqual(["'self'"]);
    expect(JSON.stringify([...policy])).not.toMatch(/unsafe-(inline|eval)|https?:|\*/);

    expect(page.match(/<script(?![^>]* src=["'])/g)).toBeNull();
    expect(page.match(/ on[a-z]+=/g)).toBeNull();
    for (const [, source = ''] of page.matchAll(/(?:src|href)=["']([^"'#]+)["']/g)) {
      expect(new URL(source, 'http://service').origin).toBe('http://service');
    }
    const inline = [...page.matchAll(/<style[^>]*>([^<]*)</g), ...page.matchAll(/\bstyle=["']([^"']*)["']/g)];
    expect(inline.length).toBeGreaterThan(0);
    for (const [, css = ''] of inline) {
      const hash = `'sha256-${createHash('sha256').update(css).digest('base64')}'`;
      expect(policy.get('style-src')).toContain(hash);
    }
  });

  it('asks no other service to judge the document', async () => {
    const { body } = await get(`${url.replace(/\/$/, '')}/swagger-ui-init.js`);
    expect(String(body)).toContain('"validatorUrl": "none"');
  });
});
