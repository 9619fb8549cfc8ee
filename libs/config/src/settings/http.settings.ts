import { isIP } from 'node:net';
import { flag, integer, integerOrOff, list, scaled, secrets, text } from '../kinds/setting-kinds.js';

/** Hard limit of a request body, in bytes; applies even when the operator removes the configured limit. */
const ABSOLUTE_MAX_BODY_BYTES = 256 * 1024 * 1024;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;
const HOST = /^[A-Za-z0-9_.:-]{1,255}$/;

function origin(value: string): string | undefined {
  if (value === '*') return value;
  const bare = value.endsWith('/') ? value.slice(0, -1) : value;
  return /^https?:\/\//.test(bare) && URL.canParse(bare) && new URL(bare).origin === bare ? bare : undefined;
}

/** Names of groups of networks, as the server knows them. */
const NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** An address, a network in CIDR notation, or one of the named groups. */
function proxy(value: string): string | undefined {
  const name = value.toLowerCase();
  if (NETWORKS.includes(name)) return name;
  const [address = '', bits, ...more] = value.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || more.length > 0) return undefined;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most) ? value : undefined;
}

/** The server of HTTP. */
export const httpSettings = {
  host: text({
    name: 'SOMA_API_HOST',
    aliases: [{ name: 'UVICORN_HOST', note: 'set SOMA_API_HOST instead' }],
    fallback: '127.0.0.1',
    pattern: HOST,
    allowed: 'a host name or an IP address',
    description:
      'Address to listen on. The default answers this machine only. With 0.0.0.0 or :: everybody who reaches a network ' +
      'address of this machine can talk to the service, in plain HTTP: the bearer token is then the only lock and ' +
      'travels readable, so put TLS in front of it.',
    caveats: [
      {
        kind: 'notice',
        reason: 'other machines can reach the service, in plain HTTP with the bearer token as the only lock',
        when: (host) => !LOOPBACK.test(host),
      },
    ],
  }),
  port: integer({
    name: 'SOMA_API_PORT',
    aliases: [{ name: 'UVICORN_PORT', note: 'set SOMA_API_PORT instead' }],
    fallback: 9595,
    min: 0,
    max: 65_535,
    description: 'Port to listen on; 0 lets the system choose one.',
  }),
  workers: integer({
    name: 'SOMA_WORKERS',
    aliases: [{ name: 'UVICORN_WORKERS', note: 'set SOMA_WORKERS instead' }],
    fallback: 1,
    min: 1,
    max: 256,
    description:
      'Processes that serve requests behind one port. More than one needs POSTGRES_URL and QDRANT_URL, because ' +
      'several processes cannot share what lives in one.',
  }),
  backlog: integer({
    name: 'SOMA_HTTP_BACKLOG',
    aliases: [{ name: 'UVICORN_BACKLOG', note: 'set SOMA_HTTP_BACKLOG instead' }],
    fallback: 2048,
    min: 1,
    max: 65_535,
    unit: 'connections',
    description: 'Connections the system may hold before the service accepts them.',
  }),
  keepAliveTimeoutMs: scaled({
    name: 'SOMA_HTTP_KEEP_ALIVE_SECONDS',
    aliases: [{ name: 'UVICORN_TIMEOUT_KEEP_ALIVE', note: 'set SOMA_HTTP_KEEP_ALIVE_SECONDS instead' }],
    // nginx and the balancers of the clouds keep theirs for 60 s: who closes first meets no request on its way.
    fallback: 75,
    min: 1,
    max: 3600,
    factor: 1000,
    unit: 's',
    description: 'How long an idle connection is kept open. Longer than the idle timeout of a proxy in front.',
  }),
  requestTimeoutMs: integer({
    name: 'SOMA_REQUEST_TIMEOUT_MS',
    fallback: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description:
      'Longest time from a request to its answer; past it the work stops and 503 is answered with Retry-After. A write ' +
      'that PostgreSQL gets to later is void. The streams of verify and reindex have no limit.',
  }),
  maxBodyBytes: scaled({
    name: 'SOMA_MAX_REQUEST_BODY_MB',
    fallback: 5,
    min: 0.001,
    max: 256,
    factor: 1024 * 1024,
    offMeans: ABSOLUTE_MAX_BODY_BYTES,
    unit: 'MB',
    description: 'Largest request body; more is answered with 413.',
  }),
  trustedProxies: list({
    name: 'SOMA_TRUSTED_PROXIES',
    fallback: [],
    allowed:
      'a comma list of addresses and networks such as 10.0.0.7,192.168.0.0/16, of loopback, linklocal, uniquelocal; or none',
    item: proxy,
    description:
      'Proxies in front of the service whose X-Forwarded-For tells the address of the caller, for limits by address. From ' +
      'anybody else the header means nothing. Empty: nobody is believed.',
  }),
  corsOrigins: list({
    name: 'SOMA_CORS_ORIGINS',
    fallback: [],
    allowed: 'a comma list of origins such as https://app.example.com, without a path; or *; or none',
    item: origin,
    description: 'Web origins whose pages may call the API. Empty: no CORS headers at all.',
  }),
  isMcpReadOnly: flag({
    name: 'SOMA_MCP_READ_ONLY',
    fallback: false,
    description: 'Agents that come by the Model Context Protocol (`/mcp`) get no tool that changes anything.',
  }),
  isHttpsOnly: flag({
    name: 'SOMA_HSTS',
    fallback: false,
    description:
      'Tell browsers to reach this host by HTTPS only for a year from each answer (Strict-Transport-Security). Switch it ' +
      'on where TLS ends in front of the service and nothing on the host needs plain HTTP.',
  }),
};

/** Authentication. */
export const authSettings = {
  tokens: secrets({
    name: 'SOMA_API_TOKEN',
    fallback: undefined,
    pattern: /^[\x21-\x7e]{1,4096}$/,
    amongSeveral: /^.{16,}$/,
    most: 10,
    allowed:
      '1 to 4096 visible ASCII characters without blanks; or up to 10 such tokens between commas or line breaks, each of at ' +
      'least 16 characters',
    description:
      'Bearer token of the API. Several are valid side by side, so that one can be replaced without an outage. Without it ' +
      'and without SOMA_API_TOKEN_FILE the service creates one at its first start and keeps it in the data folder.',
  }),
  tokenFile: text({
    name: 'SOMA_API_TOKEN_FILE',
    fallback: undefined,
    allowed: 'the path of a readable file that holds the token',
    description:
      'File with the bearer token, or with several, one a line; blanks around them are ignored. Wins over SOMA_API_TOKEN.',
  }),
  publicStats: flag({
    name: 'SOMA_PUBLIC_STATS',
    fallback: false,
    description: 'Answer GET /stats without a token.',
  }),
};

/** Rate limits per credential and route. */
export const rateLimitSettings = {
  max: integerOrOff({
    name: 'SOMA_RATE_LIMIT_MAX',
    aliases: [{ name: 'SOMA_RATE_MAX', note: 'set SOMA_RATE_LIMIT_MAX instead' }],
    fallback: 60,
    max: 100_000_000,
    unit: 'requests',
    description:
      'Requests one credential may send to one route within the window; more are answered with 429. As many refused ' +
      'requests may come from one address, whatever they ask for.',
  }),
  windowSeconds: integerOrOff({
    name: 'SOMA_RATE_LIMIT_WINDOW_SECONDS',
    fallback: 60,
    max: 86_400,
    unit: 's',
    description: 'Length of the sliding window of the rate limit.',
  }),
};
