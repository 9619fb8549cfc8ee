import { setTimeout as sleep } from 'node:timers/promises';
import {
  CircuitBreaker,
  CircuitOpenError,
  EmbedderUnavailableError,
  throwIfEnded,
  whileWanted,
  withinLimit,
  type EmbeddingCall,
} from '@sfm/memory';
import { currentTraceparent, traceCall } from '@sfm/observability';
import { parseRetryAfter, retryDelayMs, type RetryPolicy } from './retry-policy.js';

const EXCERPT_LENGTH = 200;
/** A server that computes vectors itself takes seconds for a query behind a batch. */
const HANGING = { suspectAfterMs: 3000, probeTimeoutMs: 5000 };
/** How long an indexer waits for a server that is known not to answer, before it leaves the work for later. */
const PATIENCE_MS = 5000;

export interface EmbeddingsEndpointOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** The smallest request there is, which tells whether the server answers. */
  readonly probe: Readonly<Record<string, unknown>>;
  /** When a silent server counts as hanging; shorter in tests. */
  readonly hanging?: Partial<typeof HANGING>;
  /** Waits between tries; replaced in tests. */
  readonly delay?: (ms: number) => Promise<unknown>;
}

interface TryOutcome {
  /** Whether a retry may succeed. */
  readonly mayRecover: boolean;
  readonly isRefusal?: boolean;
  readonly retryAfterMs?: number;
}

class FailedTry extends EmbedderUnavailableError {
  readonly mayRecover: boolean;
  readonly isRefusal: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { mayRecover, isRefusal = false, retryAfterMs }: TryOutcome, cause?: unknown) {
    super(message, { cause });
    this.mayRecover = mayRecover;
    this.isRefusal = isRefusal;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server refuses what it was sent, as it does with a text longer than the model takes. */
export class InputRefusedError extends EmbedderUnavailableError {}

/** Statuses with which servers refuse an input that is too long. */
const REFUSING = new Set([400, 413, 422]);

/** The server said nothing, in time or at all. */
class NoAnswer extends FailedTry {
  constructor(message: string, cause: unknown) {
    super(message, { mayRecover: true }, cause);
  }
}

/**
 * Posts to an OpenAI-compatible embeddings route. Repeats after network errors, timeouts, 408, 429 and 5xx; other
 * refusals are final. While the server is away or hangs, requests fail at once: see `CircuitBreaker`. The key appears
 * in no error.
 */
export class EmbeddingsEndpoint {
  readonly circuit: CircuitBreaker;
  readonly #url: string;

  constructor(private readonly options: EmbeddingsEndpointOptions) {
    this.#url = embeddingsUrl(options.url);
    const probe = JSON.stringify(options.probe);
    this.circuit = new CircuitBreaker({
      probe: () => this.#tryOnce(probe, HANGING.probeTimeoutMs),
      verdictOn: (error) => (error instanceof NoAnswer ? 'outage' : 'answer'),
      ...HANGING,
      ...options.hanging,
    });
  }

  /**
   * Sends a request and returns the parsed answer.
   *
   * @throws EmbedderUnavailableError when every try failed or the server refuses; InputRefusedError for what it was
   * sent; RequestEndedError when the current request ends
   */
  async post(body: Readonly<Record<string, unknown>>, { isPatient = false }: EmbeddingCall = {}): Promise<unknown> {
    const { retry, timeoutMs, delay = sleep } = this.options;
    const patience = { patienceMs: isPatient ? PATIENCE_MS : 0 };
    const text = JSON.stringify(body);
    for (let attempt = 0; ; attempt++) {
      throwIfEnded();
      try {
        return await this.circuit.run(() => this.#tryOnce(text, timeoutMs), patience);
      } catch (failure) {
        if (failure instanceof CircuitOpenError) throw this.#notAsked(failure);
        if (!(failure instanceof FailedTry)) throw failure;
        if (!failure.mayRecover || attempt >= retry.maxRetries) {
          const Failure = failure.isRefusal ? InputRefusedError : EmbedderUnavailableError;
          throw new Failure(failure.message, { cause: failure.cause });
        }
        await whileWanted(delay(retryDelayMs(retry, attempt, failure)));
      }
    }
  }

  #notAsked(error: CircuitOpenError): EmbedderUnavailableError {
    const met = error.cause instanceof FailedTry ? error.cause.message : `the embeddings server ${this.#url} hangs`;
    return new EmbedderUnavailableError(`${met}; it is asked again in a moment`, { cause: error });
  }

  async #tryOnce(body: string, timeoutMs: number): Promise<unknown> {
    const { response, text } = await this.#exchange(body, timeoutMs);
    if (!response.ok) {
      const mayRecover = response.status >= 500 || response.status === 429 || response.status === 408;
      throw new FailedTry(`the embeddings server ${this.#url} answered ${response.status}: ${this.#excerpt(text)}`, {
        mayRecover,
        isRefusal: REFUSING.has(response.status),
        retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), Date.now()),
      });
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new FailedTry(
        `the embeddings server ${this.#url} did not answer JSON: ${this.#excerpt(text)}`,
        { mayRecover: false },
        cause,
      );
    }
  }

  #exchange(body: string, timeoutMs: number): Promise<{ response: Response; text: string }> {
    const { hostname, port } = new URL(this.#url);
    const attributes = {
      'http.request.method': 'POST',
      'server.address': hostname,
      ...(port === '' ? {} : { 'server.port': Number(port) }),
    };
    return traceCall(
      () => ({ name: 'POST /embeddings', kind: 'client', attributes }),
      async (span) => {
        const exchanged = await this.#send(body, timeoutMs);
        const { status, ok } = exchanged.response;
        span?.set('http.response.status_code', status);
        if (!ok) span?.fail(String(status));
        return exchanged;
      },
    );
  }

  async #send(body: string, timeoutMs: number): Promise<{ response: Response; text: string }> {
    try {
      return await withinLimit(timeoutMs, (signal) => this.#fetch(body, signal));
    } catch (cause) {
      throwIfEnded();
      const reason = isTimeout(cause) ? `did not answer within ${timeoutMs} ms` : 'cannot be reached';
      throw new NoAnswer(`the embeddings server ${this.#url} ${reason}`, cause);
    }
  }

  async #fetch(body: string, signal: AbortSignal): Promise<{ response: Response; text: string }> {
    const { apiKey } = this.options;
    const traceparent = currentTraceparent();
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      body,
      signal,
    });
    return { response, text: await response.text() };
  }

  #excerpt(text: string): string {
    const { apiKey } = this.options;
    return (apiKey ? text.replaceAll(apiKey, '***') : text).slice(0, EXCERPT_LENGTH);
  }
}

/** Accepts a base address (`http://host/v1`) or the full one (`http://host/v1/embeddings`). */
function embeddingsUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new TypeError(`not an http(s) address: ${address}`);
  const path = url.pathname.replace(/(?<!\/)\/+$/, '');
  url.pathname = path.endsWith('/embeddings') ? path : `${path}/embeddings`;
  return url.href;
}

function isTimeout(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';
}
