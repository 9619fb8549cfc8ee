import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { startHttp, TOKEN, type HttpHarness } from '../../../test/http-harness.js';
import { RawConnection } from '../../../test/raw-connection.js';

let http: HttpHarness;
let port: number;

beforeAll(async () => {
  http = await startHttp();
  await http.app.listen(0, '127.0.0.1');
  port = Number(new URL(await http.app.getUrl()).port);
});
afterEach(() => {
  http.truth.hold = Promise.resolve();
  http.forgetCalls();
});
afterAll(() => http.close());

function request(line: string, body?: string): string {
  const headers = ['Host: x', `Authorization: Bearer ${TOKEN}`];
  if (body !== undefined) headers.push('Content-Type: application/json', `Content-Length: ${body.length}`);
  return `${[`${line} HTTP/1.1`, ...headers, '', ''].join('\r\n')}${body ?? ''}`;
}

const store = request('POST /v1/memories', '{"coordinate": [4, 2], "payload": {}, "type": "episodic"}');
const remove = request('DELETE /v1/memories/4,2');
const read = request('GET /v1/memories/4,2');

it('a store and a deletion sent at once on one connection happen in this order, every time', async () => {
  for (let round = 0; round < 20; round += 1) {
    const connection = RawConnection.to(port);
    connection.send(store + read + remove + read);
    expect(await connection.answers(4)).toEqual([201, 200, 204, 404]);
    connection.hangUp();
  }
});

it('reading waits for nobody who only reads, and no connection for another', async () => {
  let go: (() => void) | undefined;
  http.truth.hold = new Promise((resolve) => (go = resolve));
  const [first, second] = [RawConnection.to(port), RawConnection.to(port)];
  first.send(store);
  await waitFor(() => http.calls().includes('write'));
  second.send(read + read);
  expect(await second.answers(2)).toEqual([404, 404]);
  go?.();
  expect(await first.answers(1)).toEqual([201]);
  for (const connection of [first, second]) connection.hangUp();
});

it('nothing that waits is begun when the client has hung up', async () => {
  let go: (() => void) | undefined;
  http.truth.hold = new Promise((resolve) => (go = resolve));
  const connection = RawConnection.to(port);
  connection.send(store + remove);
  await waitFor(() => http.calls().includes('write'));
  connection.hangUp();
  const other = RawConnection.to(port);
  other.send(request('GET /ping'));
  await other.answers(1);
  go?.();
  other.send(request('GET /ping'));
  await other.answers(2);
  expect(http.calls()).not.toContain('delete');
  other.hangUp();
});

it('who sends a thousand more without reading an answer is cut off', async () => {
  let go: (() => void) | undefined;
  http.truth.hold = new Promise((resolve) => (go = resolve));
  const connection = RawConnection.to(port);
  connection.send(store + read.repeat(1100));
  await connection.closed();
  go?.();
});
