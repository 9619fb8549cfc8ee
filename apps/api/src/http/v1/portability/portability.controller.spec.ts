import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';
import { exportStream } from './export-stream.js';
import { importInput } from './import-input.js';
import { IMPORT_EXAMPLE } from './portability.dto.js';

let http: HttpHarness;
const { get, post } = client(() => http);
const FILE = { 'content-type': 'application/x-ndjson' };
const HEADER = '{"format":"somafractalmemory","version":1,"include":[]}\n';
const AT = '2026-01-31T12:00:00.000Z';
const line = (coordinate: number[]) =>
  `${JSON.stringify({
    ...{ kind: 'memory', coordinate, version: 3, type: 'semantic', payload: { text: 'kettle' }, importance: null },
    ...{ importance_norm: 0, expires_at: null, created_at: AT, updated_at: AT },
  })}\n`;

beforeEach(async () => {
  http = await startHttp();
});
afterEach(() => http.close());

describe('GET /v1/export', () => {
  it('streams lines with the position in a header, and goes on with both', async () => {
    const content = {
      type: 'semantic',
      payload: { text: 'kettle' },
      importance: 2,
      importanceNorm: 0.5,
      expiresAt: null,
    };
    const at = { createdAt: new Date(AT), updatedAt: new Date(AT), version: 1, createdVersion: 1 };
    http.portability.exported = Array.from({ length: 1001 }, (_, index) => ({
      ...{ key: String(index), coordinate: [index], ...at, ...content, type: 'semantic' },
    }));
    const { status, headers, body } = await get('/v1/export');
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/x-ndjson' });
    const lines = String(body).trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 1001 + 2);
    const { after } = JSON.parse(lines[1001]!) as { after: string };
    const position = String(headers['x-soma-export-position']);
    const goOn = (more: string) => get(`/v1/export?after=${after}${more}`);
    expect(await goOn('')).toMatchObject({ status: 422, body: { errors: [{ field: 'position' }] } });
    expect(await goOn(`&position=${position}&include=history`)).toMatchObject({ status: 404 });
    // The memory of the checkpoint is gone here.
    expect(await goOn(`&position=${position}`)).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/gone/) },
    });
    expect(await get(`/v1/export?after=x&position=${position}`)).toMatchObject({ status: 404 });
  });

  it.each(['include=everything', 'include=history,,x', 'position=1', 'unknown=1'])(
    'refuses %s by name',
    async (query) => {
      const { status, body } = await get(`/v1/export?${query}`);
      expect(status).toBe(422);
      expect(JSON.stringify(body)).toMatch(/include|after|unknown/);
    },
  );

  it('stops reading when nobody takes anything, or the service stops', async () => {
    const ended: string[] = [];
    async function* endless(name: string) {
      try {
        for (;;) yield 'x'.repeat(1_000_000);
      } finally {
        ended.push(name);
      }
    }
    const open = async (name: string, signal: AbortSignal, patienceMs?: number) => {
      const stream = exportStream(endless(name), signal, patienceMs);
      const error = once(stream, 'error') as Promise<[Error]>;
      const readable = once(stream, 'readable');
      stream.read(0);
      await readable;
      return { stream, error };
    };
    const never = new AbortController().signal;
    const slow = await open('slow', never, 1);
    expect((await slow.error)[0].message).toMatch(/does not read/);
    const stopping = new AbortController();
    const stopped = await open('stopped', stopping.signal);
    stopping.abort();
    expect((await stopped.error)[0].message).toMatch(/stopping/);
    // One that is asked for when the service is stopping already.
    const late = exportStream(endless('late'), stopping.signal);
    expect(((await once(late, 'error')) as [Error])[0].message).toMatch(/stopping/);
    const hungUp = await open('hung up', never);
    hungUp.error.catch(() => undefined);
    hungUp.stream.destroy(new Error('gone'));
    await hungUp.error;
    for (let turns = 0; turns < 1000 && ended.length < 3; turns += 1) await turn();
    expect(ended.sort()).toEqual(['hung up', 'slow', 'stopped']);
  });
});

describe('POST /v1/import', () => {
  it('imports a file into the namespace of the caller and says what became of it', async () => {
    const answer = await post('/v1/import?checksums=ignored', HEADER + line([1]) + line([2]), FILE);
    expect(answer).toMatchObject({
      status: 200,
      body: { format: 'soma', lines: 3, memories: { imported: 2, expired: 0 }, versions: 0, links: { imported: 0 } },
    });
    expect(http.portability.imported.map(({ key, version }) => [key, version])).toEqual([
      ['1', 3],
      ['2', 3],
    ]);
    const theirs = { authorization: `Bearer ${TEAM_TOKEN}`, 'x-soma-namespace': 'mine', ...FILE };
    expect((await post('/v1/import', HEADER, theirs)).status).toBe(403);
  });

  it('takes the file that the API document shows', async () => {
    const answer = await post('/v1/import', IMPORT_EXAMPLE, FILE);
    expect(answer).toMatchObject({ status: 200, body: { lines: 3, memories: { imported: 1 } } });
  });

  it('names the line that is broken, and where the file goes on', async () => {
    const answer = await post('/v1/import', HEADER + line([1]) + line([2]).replace('"semantic"', '"nonsense"'), FILE);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        type: 'urn:sfm:problem:broken_import',
        line: 3,
        resume_from_line: 1,
        records: 0,
        errors: [{ field: 'line.3', message: expect.stringMatching(/type: must be one of/) }],
      },
    });
    expect(http.portability.imported).toEqual([]);
  });

  it.each([
    ['another type', '{}', { 'content-type': 'application/json' }],
    ['a type that nobody reads', '{}', { 'content-type': 'text/csv' }],
  ])('refuses %s', async (_, body, headers) => {
    expect((await post('/v1/import', body, headers)).status).toBe(415);
  });

  it('leaves files to this route alone', async () => {
    expect((await post('/v1/memories', HEADER, FILE)).status).toBe(415);
  });

  it.each(['format=csv', 'on_conflict=maybe', 'from_line=0', 'checksums=no', 'x=1'])(
    'refuses %s by name',
    async (query) => {
      const { status, body } = await post(`/v1/import?${query}`, HEADER, FILE);
      expect(status).toBe(422);
      expect(JSON.stringify(body)).toContain(query.split('=')[0]);
    },
  );

  it('gives up when nothing more comes', async () => {
    const silent = new Readable({ read: () => undefined });
    await expect(importInput(silent, 1).next()).rejects.toMatchObject({ answer: { status: 408 } });
    silent.destroy();
  });
});
