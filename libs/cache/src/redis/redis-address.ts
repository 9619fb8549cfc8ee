/** One server by name or IP address. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/**
 * Location of Redis. `single`: one server. `sentinel`: the master called `masterName`, found through any of the
 * sentinels. `cluster`: the nodes used to discover the others.
 */
export type RedisPlace =
  | { readonly kind: 'single'; readonly node: RedisNode }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly masterName: string;
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

/** The parsed address. */
export interface RedisAddress {
  readonly place: RedisPlace;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls: boolean;
}

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
const FORM = /^redis(s?)(?:\+(cluster|sentinel))?:\/\/(?:(.*)@)?([^/?@]+)(?:\/([^?@]*))?(?:\?([^@]*))?$/;

/**
 * Reads `redis[s]://[user][:password]@host[:port][/db]`, `redis[s]+cluster://…@host[:port],host[:port]…` or
 * `redis[s]+sentinel://…@host[:port],…/master-name[/db][?sentinel_username=…&sentinel_password=…]`. `rediss` is TLS, to
 * the sentinels too. User names and passwords may be percent-encoded.
 *
 * @throws Error listing the accepted forms, never the address, which may contain a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  const [, secure, kind, login, hosts = '', path = '', query = ''] = FORM.exec(url) ?? refuse();
  const nodes = hosts.split(',').map((text) => parseNode(text, kind === 'sentinel'));
  const address = { ...parseLogin(login), tls: secure === 's' };
  if (kind === 'sentinel') {
    const [masterName = '', db] = path.split('/');
    if (masterName === '') refuse();
    const place: RedisPlace = { kind, sentinels: nodes, masterName: decode(masterName), ...parseSentinelLogin(query) };
    return { ...address, place, db: parseDb(db) };
  }
  if (kind === 'cluster') return { ...address, place: { kind, nodes }, db: 0 };
  const [node = refuse(), ...others] = nodes;
  if (others.length > 0) refuse();
  return { ...address, place: { kind: 'single', node }, db: parseDb(path) };
}

function parseNode(text: string, isSentinel: boolean): RedisNode {
  const [, bracketed, plain, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? refuse();
  const fallback = isSentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
  return { host: bracketed ?? plain ?? '', port: port === undefined ? fallback : Number(port) };
}

function parseLogin(login: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (login === undefined || login === '') return {};
  const colon = login.indexOf(':');
  const username = decode(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? '' : decode(login.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function parseSentinelLogin(query: string) {
  const parameters = new URLSearchParams(query);
  const sentinelUsername = parameters.get('sentinel_username') ?? undefined;
  const sentinelPassword = parameters.get('sentinel_password') ?? undefined;
  return {
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
}

function parseDb(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  return /^\d{1,7}$/.test(text) ? Number(text) : refuse();
}

/** A password with a lone percent sign was not encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(): never {
  throw new Error(
    'the address of Redis must look like redis://user:password@host:6379/0, redis+cluster://a:6379,b:6379 or ' +
      'redis+sentinel://a:26379,b:26379/master-name/0, with rediss for TLS',
  );
}
