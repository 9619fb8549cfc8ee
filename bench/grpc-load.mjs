// Load on gRPC: connections that each wait for one answer before they ask again. It speaks HTTP/2 itself, as autocannon does
// HTTP/1.1: a full client would take more of the cores that it shares with what it measures than the service does.
import { once } from 'node:events';
import http2 from 'node:http2';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { TOKEN } from './bench-service.mjs';
import { percentile } from './load.mjs';

const files = loadSync(['memory.proto', 'memory_v1.proto'], {
  includeDirs: [fileURLToPath(new URL('../proto/', import.meta.url))],
  keepCase: true,
});

/** Calls per second and latencies of a method for some seconds, with `message(n)`. Any status but OK is an error. */
export async function call(address, [service, name], message, { connections, seconds, prepared = 0 }) {
  const { path, requestSerialize } = files[service][name];
  const make = (n) => framed(requestSerialize(message(n)));
  const frames = Array.from({ length: prepared }, (_, n) => make(n));
  let sent = 0;
  const next = () => {
    const n = sent++;
    return frames[n] ?? make(n);
  };
  const headers = {
    ':method': 'POST',
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
    authorization: `Bearer ${TOKEN}`,
  };
  const sessions = await Promise.all(Array.from({ length: connections }, () => connect(address)));
  const times = [];
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  await Promise.all(
    sessions.map(async (session) => {
      while (performance.now() < end) {
        const began = performance.now();
        await answered(session.request(headers), next());
        times.push(performance.now() - began);
      }
    }),
  );
  const took = (performance.now() - start) / 1000;
  for (const session of sessions) session.close();
  return { perSecond: times.length / took, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

async function connect(address) {
  const session = http2.connect(`http://${address}`);
  await once(session, 'connect');
  return session;
}

function answered(stream, frame) {
  return new Promise((resolve, reject) => {
    const check = (headers) => {
      const status = headers['grpc-status'];
      if (status === undefined) return;
      if (status === '0') resolve();
      else reject(new Error(`${status} ${headers['grpc-message']}`));
    };
    stream.on('response', check).on('trailers', check).on('error', reject).resume();
    stream.end(frame);
  });
}

/** A message as it travels: not compressed, with its length in front. */
function framed(bytes) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
