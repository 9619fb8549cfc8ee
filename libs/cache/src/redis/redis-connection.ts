import { createHash } from 'node:crypto';
import { RequestEndedError, throwIfEnded, whileWanted } from '@sfm/memory';
import { Cluster } from 'ioredis';
import { createRedisClient, type RedisClient, type RedisConnectionOptions } from './redis-client.js';

/** Receives connection changes; a Nest `LoggerService` fits. */
export interface RedisLog {
  log(message: string): void;
  warn(message: string): void;
}

const DEFAULT_COMMAND_TIMEOUT_MS = 500;
/** Minimum time between logs of the same kind of problem. */
const QUIET_MS = 60_000;

/**
 * This process's connection to Redis, opened in the background and reconnected forever. While Redis is down every
 * operation fails at once, so that callers can continue without it. Logs one warning when Redis goes down and one line
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
  private outages = 0;
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

  /** Starts connecting; resolves when the first attempt has succeeded or failed. Never rejects. */
  async open(): Promise<void> {
    if (this.state !== 'new') return;
    this.client.connect().catch((error: unknown) => this.noteDown(describe(error)));
    // A cluster connects before it is known whether all its nodes are usable.
    await this.firstAnswer;
  }

  /** Whether the server answered the last operation. */
  get isUp(): boolean {
    return this.state === 'up';
  }

  /** State for those who watch circuit breakers: while Redis is down nothing is sent to it. */
  get circuit(): { readonly state: 'closed' | 'open'; readonly openings: number } {
    return { state: this.isUp ? 'closed' : 'open', openings: this.outages };
  }

  /** Calls back each time Redis becomes usable again. */
  onReturn(listener: () => void): void {
    this.returnListeners.push(listener);
  }

  /** True when keys are on different servers, so that one command must not use several of them. */
  get isCluster(): boolean {
    return this.client instanceof Cluster;
  }

  /**
   * Runs a Lua script atomically; in a cluster its keys must be in one slot. Scripts must be constants, because each is
   * remembered.
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
   * Resolves with the result of `work`.
   *
   * @throws Error when Redis is down, does not answer in time (the outcome is unknown then) or refuses; RequestEndedError
   * when the current request ends: the command goes on, and says nothing about the server
   */
  async execute<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    throwIfEnded();
    if (this.state !== 'up') throw new Error(`Redis is away: ${this.problem}`);
    try {
      return await whileWanted(this.inTime(work(this.client)));
    } catch (error) {
      if (error instanceof RequestEndedError) throw error;
      if (isRefusal(error))
        this.warnQuietly(error.message.split(' ', 1)[0] ?? '', `Redis refuses commands (${error.message})`);
      else if (this.isCluster) this.warnQuietly('node', `a node of the Redis cluster fails (${describe(error)})`);
      throw error;
    }
  }

  /** Yields every key with the prefix, in batches; may miss keys added or removed meanwhile. @throws as `execute` */
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
        // If this process itself was busy, first read the answers that have arrived before declaring the server down.
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

  /** Sends nothing more to a server that does not answer until it has completed a new connection. */
  private renew({ message }: NoAnswerError): void {
    // Other nodes of a cluster may be healthy; the driver drops the silent one and finds its replacement.
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
    this.outages += 1;
    this.problem = problem;
    this.settle();
    this.logger.warn(
      `Redis cannot be used (${problem}); until it is back this process caches and counts rate limits for itself`,
    );
  }

  /** Logs the same kind of problem at most once a minute. */
  private warnQuietly(kind: string, trouble: string): void {
    const now = performance.now();
    if (now - (this.lastTroubles.get(kind) ?? -Infinity) < QUIET_MS) return;
    this.lastTroubles.set(kind, now);
    this.logger.warn(`${trouble}; this process goes on without what fails`);
  }
}

/** True for an error reply of the server; the driver types its class as `any`. */
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
