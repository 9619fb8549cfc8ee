import { Embedder, sideBySide, type CircuitBreaker, type EmbeddingCall } from '@sfm/memory';
import { EmbeddingsEndpoint, InputRefusedError } from './embeddings-endpoint.js';
import { beginningOf, MAX_MODEL_CHARACTERS } from '../texts/model-text.js';
import { readEmbeddings } from './embeddings-response.js';

export interface OpenAiCompatibleOptions {
  /** Base address such as `https://api.openai.com/v1`, or the whole address of the embeddings route. */
  readonly url: string;
  readonly apiKey?: string;
  readonly model: string;
  /** Vector length of the model; other lengths are refused. */
  readonly dimension: number;
  /** Ask the server to shorten vectors to `dimension`; only some models can. Default false. */
  readonly sendDimension?: boolean;
  /** Texts per request. Default 64. */
  readonly batchSize?: number;
  /** Requests under way at the same time. Default 4. */
  readonly maxConcurrency?: number;
  /** Time limit of one request, including its answer. Default 30000. */
  readonly timeoutMs?: number;
  /** Tries after the first one. Default 3. */
  readonly maxRetries?: number;
  /** Backoff of the first retry; doubles with each one. Default 200. */
  readonly retryBaseDelayMs?: number;
  /** Longest wait between tries, `Retry-After` included. Default 20000. */
  readonly retryMaxDelayMs?: number;
  /** When a silent server counts as hanging, in milliseconds. Default 3000, and 5000 for the answer to a probe. */
  readonly hanging?: { readonly suspectAfterMs?: number; readonly probeTimeoutMs?: number };
  /** Waits between tries; replaced in tests. */
  readonly delay?: (ms: number) => Promise<unknown>;
}

/** A refused text of at most this many characters is not too long for any model: something else is wrong with it. */
const SHORT_TEXT = 1000;

/**
 * Embeds through any server that speaks OpenAI's `POST /v1/embeddings`. Blank texts are not sent: their vector is zero.
 * Of a text longer than the model takes, the beginning is embedded.
 */
export class OpenAiCompatibleEmbedder extends Embedder {
  readonly space: string;
  readonly dimension: number;
  readonly #endpoint: EmbeddingsEndpoint;
  readonly #batchSize: number;
  readonly #maxConcurrency: number;

  /** @throws TypeError when the address is not an http(s) one. */
  constructor(private readonly options: OpenAiCompatibleOptions) {
    super();
    this.dimension = options.dimension;
    this.space = `openai:${options.model}:${options.dimension}`;
    this.#batchSize = options.batchSize ?? 64;
    this.#maxConcurrency = options.maxConcurrency ?? 4;
    this.#endpoint = new EmbeddingsEndpoint({
      url: options.url,
      apiKey: options.apiKey,
      timeoutMs: options.timeoutMs ?? 30_000,
      retry: {
        maxRetries: options.maxRetries ?? 3,
        baseDelayMs: options.retryBaseDelayMs ?? 200,
        maxDelayMs: options.retryMaxDelayMs ?? 20_000,
      },
      probe: this.#bodyOf(['health']),
      hanging: options.hanging,
      delay: options.delay,
    });
  }

  get circuit(): Pick<CircuitBreaker, 'state' | 'openings'> {
    return this.#endpoint.circuit;
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.#endpoint.circuit.end();
  }

  async embed(texts: readonly string[], call: EmbeddingCall = {}): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = texts.map(() => new Float32Array(this.dimension));
    const positions = texts.flatMap((text, position) => (text.trim() === '' ? [] : [position]));
    const batches: number[][] = [];
    for (let start = 0; start < positions.length; start += this.#batchSize) {
      batches.push(positions.slice(start, start + this.#batchSize));
    }
    const embedBatch = async (batch: readonly number[]): Promise<void> => {
      const embedded = await this.#embedFitting(
        batch.map((position) => beginningOf(texts[position] ?? '', MAX_MODEL_CHARACTERS)),
        call,
      );
      batch.forEach((position, index) => (vectors[position] = embedded[index] ?? new Float32Array(this.dimension)));
    };
    await sideBySide(batches, this.#maxConcurrency, embedBatch);
    return vectors;
  }

  /** Finds out what the model takes: halves a refused batch, and then a refused text. */
  async #embedFitting(texts: readonly string[], call: EmbeddingCall): Promise<readonly Float32Array[]> {
    try {
      return await this.#request(texts, call);
    } catch (error) {
      if (!(error instanceof InputRefusedError) || texts.every(({ length }) => length <= SHORT_TEXT)) throw error;
    }
    if (texts.length === 1)
      return this.#embedFitting(
        texts.map((text) => beginningOf(text, Math.ceil(text.length / 2))),
        call,
      );
    const middle = Math.ceil(texts.length / 2);
    const first = await this.#embedFitting(texts.slice(0, middle), call);
    return [...first, ...(await this.#embedFitting(texts.slice(middle), call))];
  }

  #bodyOf(input: readonly string[]): Readonly<Record<string, unknown>> {
    const { model, dimension, sendDimension } = this.options;
    return { model, input, encoding_format: 'float', ...(sendDimension ? { dimensions: dimension } : {}) };
  }

  async #request(input: readonly string[], call: EmbeddingCall): Promise<Float32Array[]> {
    const { model, dimension } = this.options;
    const answer = await this.#endpoint.post(this.#bodyOf(input), call);
    return readEmbeddings(answer, { count: input.length, dimension, model });
  }
}
