import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbedderUnavailableError, openBudget, RequestEndedError, withBudget } from '@sfm/memory';
import { describeEmbedderContract, randomUnitVector, seededRandom } from '@sfm/memory/testing';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { OpenAiCompatibleEmbedder, type OpenAiCompatibleOptions } from './openai-compatible-embedder.js';

const DIMENSION = 8;

interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly input: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

type Respond = (request: SeenRequest, response: ServerResponse, number: number) => void | Promise<void>;

/** A vector of length 3 that depends on the text only. */
function embeddingOf(text: string): number[] {
  const seed = Array.from(text).reduce((sum, sign) => (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0, 7);
  return Array.from(randomUnitVector(seededRandom(seed), DIMENSION), (component) => component * 3);
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const embedAll: Respond = ({ input }, response) => {
  // Backwards, as nothing promises an order.
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: embeddingOf(text) })).reverse();
  answer(response, 200, { object: 'list', data });
};

/** A real HTTP server that answers as a test says and remembers what it was asked. */
class EmbeddingsServer {
  readonly seen: SeenRequest[] = [];
  respond: Respond = embedAll;
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body: { input: string[] } = JSON.parse(Buffer.concat(chunks).toString());
    const seen = { path: request.url ?? '', authorization: request.headers.authorization, input: body.input, body };
    this.seen.push(seen);
    await this.respond(seen, response, this.seen.length);
  }
}

let server: EmbeddingsServer;
let delays: number[];

function anEmbedder(options: Partial<OpenAiCompatibleOptions> = {}): OpenAiCompatibleEmbedder {
  return new OpenAiCompatibleEmbedder({
    url: `${server.address}/v1`,
    model: 'tiny',
    dimension: DIMENSION,
    delay: async (ms) => delays.push(ms),
    ...options,
  });
}

/** How often the server was asked for the text, probes of its health left out. */
const asked = (text: string) => server.seen.filter(({ input }) => input.includes(text)).length;

/** The error that embedding one text ends with. */
async function failureOf(embedder: OpenAiCompatibleEmbedder): Promise<EmbedderUnavailableError> {
  const failure = await embedder.embed(['a']).catch((error: unknown) => error);
  if (!(failure instanceof EmbedderUnavailableError))
    throw new Error(`not the expected kind of failure: ${String(failure)}`);
  return failure;
}

beforeEach(async () => {
  server = new EmbeddingsServer();
  delays = [];
  await server.start();
});
afterEach(async () => {
  await server.stop();
});

describeEmbedderContract('OpenAiCompatibleEmbedder', { create: async () => anEmbedder({ batchSize: 16 }) });

describe('OpenAiCompatibleEmbedder', () => {
  it.each(['/v1', '/v1/', '/v1/embeddings', '/v1/embeddings/'])('accepts an address ending in %s', async (ending) => {
    await anEmbedder({ url: server.address + ending }).embed(['a']);
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/embeddings']);
  });

  it('embeds the beginning of a text that is longer than the model takes, and its neighbours whole', async () => {
    server.respond = (request, response, number) => {
      if (request.input.every(({ length }) => length <= 3000)) return embedAll(request, response, number);
      answer(response, 400, { error: 'maximum context length' });
    };
    const long = 'lantern '.repeat(20_000);
    const vectors = await anEmbedder().embed(['a', long, 'b']);
    server.respond = embedAll;
    expect(vectors[0]).toEqual((await anEmbedder().embed(['a']))[0]);
    expect(vectors[2]).toEqual((await anEmbedder().embed(['b']))[0]);
    const sent = server.seen.flatMap(({ input }) => input).filter((text) => text.startsWith('lantern'));
    expect(sent.at(-1)).toHaveLength(1563);
    expect(vectors[1]).toEqual((await anEmbedder().embed([long.slice(0, 1563)]))[0]);
  });

  it('asks once more for nothing when the server refuses short texts', async () => {
    server.respond = (_request, response) => answer(response, 400, { error: 'no such model' });
    await expect(anEmbedder().embed(['a', 'b'])).rejects.toThrow(EmbedderUnavailableError);
    expect(server.seen).toHaveLength(1);
  });

  it('sends the model, and the key only when there is one', async () => {
    await anEmbedder({ apiKey: 'sk-1' }).embed(['a']);
    await anEmbedder({ sendDimension: true }).embed(['a']);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer sk-1', undefined]);
    expect(server.seen.map(({ body }) => body)).toEqual([
      { model: 'tiny', input: ['a'], encoding_format: 'float' },
      { model: 'tiny', input: ['a'], encoding_format: 'float', dimensions: DIMENSION },
    ]);
  });

  it('sends batches, no more at a time than allowed, and never blank texts', async () => {
    const waiting: (() => void)[] = [];
    let mostWaiting = 0;
    server.respond = async (request, response) => {
      await new Promise<void>((resume) => {
        waiting.push(resume);
        mostWaiting = Math.max(mostWaiting, waiting.length);
        // Two are expected at a time; the last of five comes alone.
        if (waiting.length === 2 || request.input.includes('t9')) waiting.splice(0).forEach((go) => go());
      });
      await embedAll(request, response, 0);
    };
    const texts = Array.from({ length: 10 }, (_, number) => `t${number}`);
    const vectors = await anEmbedder({ batchSize: 2, maxConcurrency: 2 }).embed([...texts, ' ']);
    expect(server.seen.flatMap(({ input }) => input).sort()).toEqual(texts);
    expect(server.seen.map(({ input }) => input.length)).toEqual([2, 2, 2, 2, 2]);
    expect(mostWaiting).toBe(2);
    texts.forEach((text, index) => {
      expect(vectors[index]?.[0]).toBeCloseTo((embeddingOf(text)[0] ?? NaN) / 3, 5);
    });
  });

  it('tries again after 429 and 5xx, waiting as long as the server asks', async () => {
    server.respond = (request, response, number) => {
      if (number === 1) answer(response, 429, {}, { 'retry-after': '2' });
      else if (number === 2) answer(response, 503, 'busy');
      else void embedAll(request, response, number);
    };
    const [vector] = await anEmbedder({ retryBaseDelayMs: 50 }).embed(['a']);
    expect(vector && Math.hypot(...vector)).toBeCloseTo(1, 6);
    expect(delays[0]).toBe(2000);
    expect(delays[1]).toBeLessThanOrEqual(100);
    expect(server.seen).toHaveLength(3);
  });

  it('tries again when the connection breaks', async () => {
    server.respond = (request, response, number) => {
      if (number === 1) response.destroy();
      else void embedAll(request, response, number);
    };
    expect(await anEmbedder().embed(['a'])).toHaveLength(1);
  });

  it('gives up after the last try, with the cause of it', async () => {
    server.respond = (_, response) => void response.destroy();
    const failure = await failureOf(anEmbedder({ maxRetries: 2 }));
    expect(failure).toMatchObject({
      code: 'embedder_unavailable',
      message: expect.stringContaining('cannot be reached'),
    });
    expect(failure.cause).toMatchObject({ message: 'fetch failed' });
    expect(asked('a')).toBe(3);
  });

  it('does not wait longer than the timeout', async () => {
    server.respond = () => undefined;
    const failure = await failureOf(anEmbedder({ timeoutMs: 50, maxRetries: 1 }));
    expect(failure.message).toContain('did not answer within 50 ms');
    expect(server.seen).toHaveLength(2);
  });

  describe('beside a server that hangs', () => {
    const hanging = { suspectAfterMs: 50, probeTimeoutMs: 100 };
    /** Opens the circuit by a text that nobody answers. */
    const hung = async () => {
      server.respond = () => undefined;
      const embedder = anEmbedder({ hanging });
      expect((await failureOf(embedder)).message).toMatch(/hangs; it is asked again in a moment/);
      expect(embedder.circuit.openings).toBe(1);
      return embedder;
    };

    it('fails at once after the first text, without asking, until it answers', async () => {
      const embedder = await hung();
      for (let text = 0; text < 20; text += 1) await failureOf(embedder);
      expect(asked('a')).toBe(1);
      server.respond = embedAll;
      await waitFor(() => embedder.circuit.state === 'closed');
      expect(await embedder.embed(['a'])).toHaveLength(1);
    });

    it('lets what is indexed wait for it, and loses none of it', async () => {
      const embedder = await hung();
      const indexed = embedder.embed(['b', 'c'], { isPatient: true });
      server.respond = embedAll;
      expect(await indexed).toHaveLength(2);
    });

    it('does not give up what is indexed slowly', async () => {
      let answerSlowly: () => void = () => undefined;
      server.respond = (request, response) => {
        if (request.input.includes('slow')) answerSlowly = () => void embedAll(request, response, 0);
      };
      const embedder = anEmbedder({ hanging });
      const slow = embedder.embed(['slow'], { isPatient: true });
      await failureOf(embedder);
      expect(embedder.circuit.state).not.toBe('closed');
      answerSlowly();
      expect(await slow).toHaveLength(1);
      expect(embedder.circuit.state).toBe('closed');
    });
  });

  it('never stops asking a server that only refuses', async () => {
    server.respond = (_, response) => answer(response, 429, {});
    const embedder = anEmbedder({ maxRetries: 0 });
    for (let call = 0; call < 10; call += 1) await failureOf(embedder);
    expect([asked('a'), embedder.circuit.openings]).toEqual([10, 0]);
  });

  it('stops asking when the caller of the request hangs up, also between tries', async () => {
    let wait: () => void = () => undefined;
    const isWaiting = new Promise<void>((resolve) => (wait = resolve));
    server.respond = (_, response, number) => (number === 1 ? answer(response, 503, 'busy') : undefined);
    const { budget, hangUp } = openBudget(60_000);
    const embedder = anEmbedder({
      delay: () => {
        wait();
        return new Promise(() => undefined);
      },
    });
    const embedding = withBudget(budget, () => embedder.embed(['a']));
    await isWaiting;
    hangUp();
    await expect(embedding).rejects.toThrow(RequestEndedError);
    expect(server.seen).toHaveLength(1);
  });

  it('ends a request that is under way when its caller hangs up', async () => {
    const { budget, hangUp } = openBudget(60_000);
    server.respond = hangUp;
    await expect(withBudget(budget, () => anEmbedder().embed(['a']))).rejects.toThrow(RequestEndedError);
    expect(server.seen).toHaveLength(1);
    expect(budget).toMatchObject({ listeners: { size: 0 } });
  });

  it('does not repeat a refused request, and shows the reason without the key', async () => {
    server.respond = (_, response) => answer(response, 401, { error: { message: 'wrong key: sk-secret' } });
    const failure = await failureOf(anEmbedder({ apiKey: 'sk-secret' }));
    expect(failure.message).toMatch(/answered 401: .*wrong key: \*\*\*/);
    expect(server.seen).toHaveLength(1);
  });

  it('says which dimension to configure when the model has another', async () => {
    server.respond = (_, response) => answer(response, 200, { data: [{ index: 0, embedding: [1, 2, 3] }] });
    expect((await failureOf(anEmbedder())).message).toMatch(/tiny has 3 dimensions, but 8 are configured: set .* to 3/);
  });

  it.each<[string, unknown]>([
    ['HTML', '<html></html>'],
    ['no data', {}],
    ['null', 'null'],
    ['an empty list', { data: [] }],
    ['a vector too many', { data: [0, 1].map((index) => ({ index, embedding: embeddingOf('a') })) }],
    ['a vector twice', { data: [0, 0].map((index) => ({ index, embedding: embeddingOf('a') })) }],
    ['text instead of numbers', { data: [{ index: 0, embedding: 'AAAA' }] }],
    ['null among the numbers', { data: [{ index: 0, embedding: [null, ...embeddingOf('a').slice(1)] }] }],
  ])('fails clearly on an answer that is %s', async (_, body) => {
    server.respond = (__, response) => answer(response, 200, body);
    expect((await failureOf(anEmbedder())).code).toBe('embedder_unavailable');
    expect(server.seen).toHaveLength(1);
  });

  it('does not begin further batches after a failure', async () => {
    server.respond = (_, response) => answer(response, 400, 'no');
    await expect(anEmbedder({ batchSize: 1, maxConcurrency: 1 }).embed(['a', 'b', 'c'])).rejects.toThrow('400');
    expect(server.seen).toHaveLength(1);
  });

  it('refuses an address that is not http', () => {
    expect(() => anEmbedder({ url: 'ftp://host/v1' })).toThrow('not an http(s) address');
    expect(() => anEmbedder({ url: 'host/v1' })).toThrow('not an http(s) address');
  });
});
