import { setTimeout as delay } from 'node:timers/promises';
import { QdrantClient, type Schemas } from '@qdrant/js-client-rest';
import {
  backoffMs,
  CircuitBreaker,
  CircuitOpenError,
  type CircuitCall,
  isJsonObject,
  throwIfEnded,
  withinLimit,
} from '@sfm/memory';
import { traceCall, type OpenSpan } from '@sfm/observability';
import { Agent, fetch, request, type RequestInit as StreamInit, type Response as StreamAnswer } from 'undici';
import { qdrantAddress, trustedAuthorities, type QdrantConnectionOptions } from './qdrant-connection.js';
import { asksToRetry, isWorthRetrying, toIndexError, UnexpectedAnswer, verdictOn } from './qdrant-errors.js';

type Api = ReturnType<QdrantClient['api']>;

/** The answer of a route. */
interface Answer<Result> {
  readonly data: { readonly result?: Result };
}

/** A point that a query found. */
export interface ScoredPoint {
  readonly score: number;
  readonly payload: unknown;
}

/** Options passed to every attempt of a call. */
type Init = RequestInit & { readonly signal: AbortSignal };

export interface CallOptions {
  /** Overrides the connection's timeout; for work whose time grows with the data. */
  readonly timeoutMs?: number;
  /** Nobody waits for it: it is not given up when the server is found to hang. @default when it may take longer */
  readonly isPatient?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5000;
const MAX_TRIES = 3;
const BACKOFF = { minMs: 100, maxMs: 400, jitter: 1 };
const CONNECTIONS = 64;
/** Shorter than the server keeps an idle connection, so that no request uses one that is being closed. */
const KEEP_ALIVE_MS = 4000;

/**
 * One Qdrant server over REST: keep-alive connections, a time limit on every wait, retries of repeatable calls (all
 * calls of this adapter are repeatable). While the server is away or hangs, calls fail at once: see `CircuitBreaker`.
 */
export class QdrantServer {
  /** For messages: `host:port`. */
  readonly name: string;
  readonly #api: Api;
  readonly #agent: Agent;
  /** Shared by all callers of the server. */
  readonly #circuit = new CircuitBreaker({ probe: (signal) => this.#probe(signal), verdictOn });
  /** Typed loosely: Node declares the types of another release of undici. */
  readonly #transport: object;
  readonly #timeoutMs: number;
  readonly #base: string;
  readonly #headers: Record<string, string>;
  /** Attributes of its spans. */
  readonly #attributes: Readonly<Record<string, string | number>>;

  /** @throws Error when the address or the certificate authority cannot be used */
  constructor(connection: QdrantConnectionOptions) {
    const address = qdrantAddress(connection);
    const ca = trustedAuthorities(connection);
    this.name = `${address.host}:${address.port}`;
    this.#attributes = { 'db.system.name': 'qdrant', 'server.address': address.host, 'server.port': address.port };
    this.#timeoutMs = connection.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#agent = new Agent({
      connections: CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: this.#timeoutMs, ...(ca === undefined ? {} : { ca }) },
    });
    this.#transport = { dispatcher: this.#agent };
    // The server delays each compressed answer by tens of milliseconds.
    this.#headers = { 'accept-encoding': 'identity' };
    if (connection.apiKey !== undefined) this.#headers['api-key'] = connection.apiKey;
    this.#base = `${address.https ? 'https' : 'http'}://${address.host}:${address.port}${address.prefix}`;
    this.#api = new QdrantClient({
      ...address,
      timeout: Infinity,
      checkCompatibility: false,
      headers: this.#headers,
    }).api();
  }

  get circuit(): Pick<CircuitBreaker, 'state' | 'openings'> {
    return this.#circuit;
  }

  /** Waits for a server that is known not to answer, no longer than for a call: for work that nobody waits for. */
  async whenReachable(): Promise<void> {
    await this.#circuit.whenClosed(this.#timeoutMs);
  }

  /**
   * Returns the result of a call; retries with jitter while the server is briefly away or asks for it, and time is
   * left.
   *
   * @throws IndexUnavailableError when the server does not answer or refuses the login; CollectionMissing;
   * QdrantRefusal; RequestEndedError when the current request ends
   */
  async call<Result>(
    request: (api: Api, init: RequestInit) => Promise<Answer<Result>>,
    { timeoutMs = this.#timeoutMs, isPatient = timeoutMs > this.#timeoutMs }: CallOptions = {},
  ): Promise<Result> {
    return this.#traced(async (span) => {
      const api = span ? naming(this.#api, span) : this.#api;
      const { data } = await this.#try((init) => request(api, init), { timeoutMs, isPatient });
      return this.#resultOf(data, timeoutMs);
    });
  }

  /**
   * Does the same as the client's `queryPoints`, without the web streams that wrap every `fetch`: they take about as
   * long as a search of a hundred thousand points. Throws as `call` does.
   */
  async query(collection: string, query: Schemas['QueryRequest']): Promise<readonly ScoredPoint[]> {
    const path = `/collections/${encodeURIComponent(collection)}/points/query`;
    const body = JSON.stringify(query);
    return this.#traced(async (span) => {
      if (span) nameAs('queryPoints', span);
      const answer = await this.#try(({ signal }) => this.#post(path, body, signal));
      return this.#resultOf({ result: scoredPoints(answer) }, this.#timeoutMs);
    });
  }

  /**
   * Does the same as the client's `batchUpdate`, and waits until the update is durable: avoids the copies that `fetch`
   * makes of a body of megabytes, and of operations that are text already. Throws as `call` does.
   *
   * @param operations JSON of each
   */
  async update(collection: string, operations: readonly string[]): Promise<void> {
    const path = `/collections/${encodeURIComponent(collection)}/points/batch?wait=true`;
    const body = `{"operations":[${operations.join(',')}]}`;
    await this.#traced(async (span) => {
      if (span) nameAs('batchUpdate', span);
      await this.#try(({ signal }) => this.#post(path, body, signal), { isPatient: true });
    });
  }

  /** Returns the server's version, such as `1.16.3`. Throws as `call` does. */
  async version(options: CallOptions = {}): Promise<string> {
    const { data } = await this.#try((init) => this.#api.root({}, init), options);
    return data.version;
  }

  /**
   * Sends one request outside the client, for streams of any length: no retry and no time limit.
   *
   * @throws IndexUnavailableError when the server does not answer
   */
  async fetch(
    path: string,
    init: StreamInit & { readonly headers?: Record<string, string> } = {},
  ): Promise<StreamAnswer> {
    try {
      return await fetch(`${this.#base}${path}`, {
        ...init,
        dispatcher: this.#agent,
        headers: { ...init.headers, ...this.#headers },
      });
    } catch (error) {
      throw toIndexError(error, this.name, this.#timeoutMs);
    }
  }

  /** Closes the connections once current requests are answered. */
  async close(): Promise<void> {
    this.#circuit.end();
    await this.#agent.close();
  }

  /** Called by Nest. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async #post(path: string, body: string, signal: AbortSignal): Promise<unknown> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, signal, dispatcher: this.#agent } as const;
    const answer = await request(`${this.#base}${path}`, init);
    if (answer.statusCode !== 200) throw new UnexpectedAnswer(answer.statusCode, await answer.body.text());
    return answer.body.json();
  }

  #traced<T>(work: (span: OpenSpan | undefined) => Promise<T>): Promise<T> {
    return traceCall(() => ({ name: 'qdrant', kind: 'client', attributes: this.#attributes }), work);
  }

  #resultOf<Result>({ result }: Answer<Result>['data'], timeoutMs: number): Result {
    if (result === undefined || result === null) {
      throw toIndexError(new Error('an answer without a result'), this.name, timeoutMs);
    }
    return result;
  }

  /** The first call reads no data, the second needs the part of the server that holds it. */
  async #probe(signal: AbortSignal): Promise<void> {
    const init = { signal, ...this.#transport };
    await this.#api.root({}, init);
    await this.#api.collectionExists({ collection_name: 'health' }, init);
  }

  #try<T>(
    request: (init: Init) => Promise<T>,
    { timeoutMs = this.#timeoutMs, isPatient = false }: CallOptions = {},
  ): Promise<T> {
    const patience = { patienceMs: isPatient ? timeoutMs : 0 };
    return withinLimit(timeoutMs, (signal) => this.#tryUntil(signal, request, { timeoutMs, patience }));
  }

  async #tryUntil<T>(
    signal: AbortSignal,
    request: (init: Init) => Promise<T>,
    { timeoutMs, patience }: { readonly timeoutMs: number; readonly patience: CircuitCall },
  ): Promise<T> {
    const init = { signal, ...this.#transport };
    let failure: unknown;
    for (let attempt = 1; ; attempt++) {
      throwIfEnded();
      try {
        return await this.#circuit.run(() => request(init), patience);
      } catch (error) {
        throwIfEnded();
        // An earlier answer of the server is more informative than the timeout.
        const isAnswer = !signal.aborted && !(error instanceof CircuitOpenError);
        if (isAnswer || failure === undefined) failure = error;
        if (error instanceof CircuitOpenError) throw toIndexError(failure, this.name, timeoutMs);
      }
      const isLast = attempt >= MAX_TRIES && !asksToRetry(failure);
      if (isLast || signal.aborted || !isWorthRetrying(failure)) throw toIndexError(failure, this.name, timeoutMs);
      // When the signal ends the delay, the next request fails at once.
      await delay(backoffMs(attempt, BACKOFF), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Wraps the routes so that the route used names the span. */
function naming(api: Api, span: OpenSpan): Api {
  return new Proxy(api, {
    get: (routes, route): unknown => {
      nameAs(String(route), span);
      return Reflect.get(routes, route);
    },
  });
}

function nameAs(route: string, span: OpenSpan): void {
  span.rename(`qdrant ${route}`);
  span.set('db.operation.name', route);
}

/** Returns the points in the answer to a query; undefined for an answer of another form. */
function scoredPoints(answer: unknown): readonly ScoredPoint[] | undefined {
  const result = isJsonObject(answer) ? answer['result'] : undefined;
  const points: unknown = isJsonObject(result) ? result['points'] : undefined;
  return Array.isArray(points) && points.every(isScoredPoint) ? points : undefined;
}

function isScoredPoint(point: unknown): point is ScoredPoint {
  return isJsonObject(point) && typeof point['score'] === 'number';
}
