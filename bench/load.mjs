// Load and statistics shared by the benches.
import autocannon from 'autocannon';
import { HEADERS } from './bench-service.mjs';

/**
 * Requests per second and latencies of POSTing `body(n)` to a route for some seconds. Any non-2xx answer is an error. So many
 * bodies as `prepared` says are made beforehand: the load then takes less of the cores that it shares with what it measures.
 */
export async function post(url, path, body, { connections, seconds, prepared = 0 }) {
  const make = (n) => JSON.stringify(body(n));
  const bodies = Array.from({ length: prepared }, (_, n) => make(n));
  let sent = 0;
  const next = () => {
    const n = sent++;
    return bodies[n] ?? make(n);
  };
  const result = await load(url, path, next, { connections, duration: seconds });
  return { perSecond: result['2xx'] / result.duration, p50: result.latency.p50, p99: result.latency.p99 };
}

/** POSTs each of the bodies, in order; resolves when all are answered. Any non-2xx answer is an error. */
export async function postAll(url, path, bodies, { connections }) {
  const queue = bodies.values();
  await load(url, path, () => queue.next().value, { connections, amount: bodies.length });
}

async function load(url, path, nextBody, settings) {
  const setupRequest = (request) => ({ ...request, body: nextBody() });
  const requests = [{ method: 'POST', path, headers: HEADERS, setupRequest }];
  const result = await autocannon({ url: url + path, requests, ...settings });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${path}: ${result.non2xx} bad answers, ${result.errors} errors`);
  return result;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Runs `work` on every item, begun in order, so many of them at a time. */
export async function inParallel(items, clients, work) {
  const queue = items.values();
  const client = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Median with the extremes, for a table cell. */
export function spread(values, digits = 0) {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

/** `--name value` and `--flag` arguments over defaults; numbers where the default is a number. */
export function parseArguments(usage, defaults) {
  const options = { ...defaults, json: false };
  const words = process.argv.slice(2);
  for (let index = 0; index < words.length; index += 1) {
    const name = words[index].replace(/^--/, '');
    if (name === 'help' || !(name in options)) {
      console.log(usage);
      process.exit(name === 'help' ? 0 : 2);
    }
    if (typeof options[name] === 'boolean') options[name] = true;
    else options[name] = typeof options[name] === 'number' ? Number(words[++index]) : words[++index];
  }
  return options;
}
