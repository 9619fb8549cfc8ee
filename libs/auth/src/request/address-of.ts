import { isIP } from 'node:net';
import type { GuardedRequest } from './guarded-request.js';

/** Hextets of the network that one caller usually has for itself. */
const NETWORK_HEXTETS = 4;

/**
 * Returns what counts as the address of a request: an IPv4 address, or the /64 network of an IPv6 address, because one
 * caller owns all of it. A proxy that is trusted can send any text as an address; what is none counts as `unknown`.
 */
export function addressOf({ ip }: Pick<GuardedRequest, 'ip'>): string {
  if (ip === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  const address = mapped ?? ip;
  const version = isIP(address);
  if (version === 0) return 'unknown';
  return version === 4 ? address : networkOf(address);
}

/** The first half of an IPv6 address, written out: `2001:db8::1` and `2001:db8:0:0::2` are in `2001:db8:0:0`. */
function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const first = hextets(head);
  const last = hextets(tail ?? '');
  // An IPv4 address at the end stands for two.
  const missing = tail === undefined ? 0 : 8 - first.length - last.length - (tail.includes('.') ? 1 : 0);
  const all = [...first, ...Array<string>(Math.max(0, missing)).fill('0'), ...last];
  return all
    .slice(0, NETWORK_HEXTETS)
    .map((hextet) => hextet.replace(/^0+(?=.)/, ''))
    .join(':');
}

function hextets(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
