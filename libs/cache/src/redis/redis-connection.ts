import { createHash } from 'node:crypto';
import { Cluster } from 'ioredis';
import { createRedisClient, type RedisClient, type RedisConnectionOptions } from './redis-client.js';

/** Where changes of the connection are told; a Nest `LoggerService` is one. */
export interface RedisLog {
  log(message: string): void;
  warn(message: string): void;
}

const DEFAULT_COMMAND_TIMEOUT_MS = 500;
/** Trouble of the same kind is not logged again within this time. */
const QUIET_MS = 60_000;

/**
 * The connection to Redis of this process, made in the background and renewed for ever. While Redis is away everything
 * asked of it fails at once, so that callers can go on without it; the log has one warning when it goes and one line
 * when it is back.
 */
export class RedisConnection {
  private readonly client: RedisClient;
  private readonly commandTimeoutMs: number;
  private readonly lastTroubles = new Map<string, number>();
  private readonly digests = new Map<string, string>();
  private readonly returnListeners: (() => void)[] = [];
  private state: 'new' | 'up' | 'down' | 'closed' = 'new';
  private problem = 'not connected yet';
  private settle: () => void = () => {};
  private readonly firstAnswer = new Promise<void>((resolve) => (this.settle = resolve));

  /** @throws as `createRedisClient` */
  constructor(
    options: RedisConnectionOptions,
    private readonly logger: RedisLog,
  ) {
    this.commandTimeoutMs = options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
    this.client = createRedisClient(options);
    this.client.on('ready', () => this.noteUp());
    this.client.on('error', (error: Error) => {
      this.noteDown(describe(error));
      if (this.state === 'down') this.problem = describe(error);
    });
    this.client.on('close', () => this.noteDown('the connection was closed'));
  }

  /** Begins to connect; resolves when the first attempt has succeeded or failed. Never rejects. */
  async open(): Promise<void> {
    if (this.state !== 'new') return;
    this.client.connect().catch((error: unknown) => this.noteDown(describe(error)));
    // A cluster is connected before it is known whether all of it can be used.
    await this.firstAnswer;
  }

  /** Whether the server answered when it was last asked. */
  get isUp(): boolean {
    return this.state === 'up';
  }

  /** Calls back each time Redis can be used again after it could not. */
  onReturn(listener: () => void): void {
    this.returnListeners.push(listener);
  }

  /** True when keys live on different servers, so that one command must not name several of them. */
  get isCluster(): boolean {
    return this.client instanceof Cluster;
  }

  /**
   * Runs a Lua script with nothing in between; in a cluster its keys must be of one slot. Scripts are constants: each
   * is remembered.
   *
   * @throws as `execute`
   */
  async runScript(
    source: string,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    const digest = this.digests.get(source) ?? createHash('sha1').update(source).digest('hex');
    this.digests.set(source, digest);
    return this.execute(async (client) => {
      try {
        return await client.evalsha(digest, keys.length, ...keys, ...args);
      } catch (error) {
        // A server forgets scripts when it restarts.
        if (!isRefusal(error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return client.eval(source, keys.length, ...keys, ...args);
      }
    });
  }

  /**
   * Resolves with what `work` resolves with.
   *
   * @throws Error when Redis is away, does not answer in time (the outcome is unknown then) or refuses
   */
  async execute<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    if (this.state !== 'up') throw new Error(`Redis is away: ${this.problem}`);
    try {
      return await this.inTime(work(this.client));
    } catch (error) {
      if (isRefusal(error))
        this.warnQuietly(error.message.split(' ', 1)[0] ?? '', `Redis refuses commands (${error.message})`);
      else if (this.isCluster) this.warnQuietly('node', `a node of the Redis cluster fails (${describe(error)})`);
      throw error;
    }
  }

  /** Every key that begins so, in portions; keys that come or go meanwhile may be missed. @throws as `execute` */
  async eachKey(prefix: string, use: (keys: readonly string[]) => Promise<unknown>): Promise<void> {
    const pattern = `${prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)}*`;
    const nodes = this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
    for (const node of nodes) {
      let cursor = '0';
      do {
        const [next, keys] = await this.execute(() => node.scan(cursor, 'MATCH', pattern, 'COUNT', 1000));
        if (keys.length > 0) await use(keys);
        cursor = next;
      } while (cursor !== '0');
    }
  }

  /** @throws Error saying why Redis cannot be used */
  async check(): Promise<{ readonly topology: string }> {
    await this.execute((client) => client.ping());
    return { topology: this.isCluster ? 'cluster' : 'server' };
  }

  /** Ends the connection for good. Idempotent. */
  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.problem = 'the connection is closed';
    this.settle();
    this.client.disconnect();
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // After this process itself was busy, answers that have arrived are read before anybody is declared away.
        setImmediate(() => setImmediate(() => reject(new NoAnswerError(this.commandTimeoutMs))));
      }, this.commandTimeoutMs);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      if (error instanceof NoAnswerError) {
        answer.catch(() => undefined);
        this.renew(error);
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A server that does not answer is not asked again before it has said hello on a new connection. */
  private renew({ message }: NoAnswerError): void {
    // The other nodes of a cluster may be well; the driver leaves the silent one and finds out who has taken over.
    if (this.state !== 'up' || this.client instanceof Cluster) return;
    this.noteDown(message);
    this.client.disconnect(true);
  }

  private noteUp(): void {
    if (this.state === 'closed') return;
    const wasDown = this.state === 'down';
    this.state = 'up';
    this.settle();
    if (!wasDown) return;
    this.logger.log('Redis answers again: cache and rate limits are shared again');
    for (const listener of this.returnListeners) listener();
  }

  private noteDown(problem: string): void {
    if (this.state === 'closed') return;
    if (this.state === 'down') return;
    this.state = 'down';
    this.problem = problem;
    this.settle();
    this.logger.warn(
      `Redis cannot be used (${problem}); until it is back this process caches and counts rate limits for itself`,
    );
  }

  /** Of the same kind of trouble at most once a minute. */
  private warnQuietly(kind: string, trouble: string): void {
    const now = performance.now();
    if (now - (this.lastTroubles.get(kind) ?? -Infinity) < QUIET_MS) return;
    this.lastTroubles.set(kind, now);
    this.logger.warn(`${trouble}; this process goes on without what fails`);
  }
}

/** An answer of the server that is an error; the driver types its class as anything. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

class NoAnswerError extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** Node reports a host with several addresses as an AggregateError without a message. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
