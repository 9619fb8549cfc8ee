import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { INTERNAL_ERROR } from '@sfm/edge';
import { ERROR_CODES } from '@sfm/memory';
import { httpError } from './http-error.js';
import { HTTP_STATUS } from './http-status.js';
import { problemResponse } from './problem-body.js';

const CODES = [...ERROR_CODES, INTERNAL_ERROR.code];

it.each(CODES)('the error %s has a status that says whose fault it is', (code) => {
  const { status } = httpError({ code, message: 'm', loudness: 'silent' });
  expect(Number.isInteger(status) && status >= 400 && status < 600).toBe(true);
});

it('there is a status for nothing else', () => {
  expect(Object.keys(HTTP_STATUS).sort()).toEqual([...CODES].sort());
});

it('the time to wait becomes a header', () => {
  const waiting = { code: 'store_unavailable', message: 'm', loudness: 'warning', retryAfterSeconds: 3 } as const;
  expect(httpError(waiting)).toEqual({
    status: 503,
    code: 'store_unavailable',
    message: 'm',
    loudness: 'warning',
    headers: { 'retry-after': '3' },
  });
});

it('docs/api.md lists every code with its status under /v1, and no other', async () => {
  const page = await readFile(new URL('../../../../../docs/api.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d{3}) /gm)].map(([, code, status]) => [code, Number(status)]);
  const statuses = CODES.map((code) => {
    const error = httpError({ code, message: 'm', loudness: 'silent' });
    return [code, problemResponse(error, { path: '/v1', id: '' }).status];
  });
  expect(rows.sort()).toEqual(statuses.sort());
});
