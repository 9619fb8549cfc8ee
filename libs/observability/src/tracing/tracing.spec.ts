import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StructuredLogger } from '../logging/structured-logger.js';
import { startTracing, type Tracing } from './open-telemetry/start-tracing.js';
import {
  beginSpan,
  currentTrace,
  currentTraceparent,
  outsideTraces,
  traceCall,
  traceIdOf,
  traceShared,
} from './tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const context = (flags = '01', trace = TRACE) => `00-${trace}-b7ad6b7169203331-${flags}`;
const OTHER = '1af7651916cd43dd8448eb211c80319c';
const call = { name: 'call', kind: 'client' } as const;
const batch = { name: 'batch', kind: 'internal' } as const;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
  readonly links: readonly { readonly spanId: string }[];
}

interface Delivery {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

describe('spans', () => {
  let server: Server;
  let tracing: Tracing;
  const spans: Span[] = [];

  beforeEach(async () => {
    spans.length = 0;
    server = createServer((request, response) => {
      void json(request).then((body) => {
        const { resourceSpans } = body as Delivery;
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    tracing = await startTracing(
      {
        serviceName: 'spec',
        serviceVersion: '0',
        exporter: {
          kind: 'otlp',
          protocol: 'http/json',
          url: `http://127.0.0.1:${port}/v1/traces`,
          headers: {},
          timeoutMs: 5000,
        },
        sampler: 'parentbased_always_on',
        ratio: 1,
        scheduleDelayMs: 60_000,
        maxQueued: 100,
        maxBatch: 100,
      },
      { warn: (message: unknown) => expect(message).toBeUndefined() },
    );
  });
  afterEach(async () => {
    await tracing.stop();
    server.closeAllConnections();
    server.close();
  });

  /** Everything that was recorded. */
  const recorded = async () => {
    await tracing.stop();
    return spans;
  };
  const request = async (work: () => Promise<unknown>, traceparent?: string) => {
    const span = beginSpan({ name: 'request', kind: 'server' }, { traceparent });
    await span?.run(work);
    span?.end();
  };

  it('continue the trace of the caller and nest, side by side', async () => {
    const seen: (string | undefined)[] = [];
    await Promise.all([
      request(
        () =>
          traceCall(
            () => call,
            async () => seen.push(currentTrace()?.traceId),
          ),
        context('01', TRACE),
      ),
      request(
        () =>
          traceCall(
            () => call,
            async () => seen.push(currentTrace()?.traceId),
          ),
        context('01', OTHER),
      ),
    ]);
    expect(seen).toEqual([TRACE, OTHER]);
    const all = await recorded();
    for (const traceId of [TRACE, OTHER]) {
      const [root, child] = ['request', 'call'].map((name) =>
        all.find((span) => span.traceId === traceId && span.name === name),
      );
      expect(root?.parentSpanId).toBe('b7ad6b7169203331');
      expect(child?.parentSpanId).toBe(root?.spanId);
    }
  });

  it('are not made of calls that nobody waits for, nor where the caller records nothing', async () => {
    const described: string[] = [];
    const describe = () => {
      described.push(call.name);
      return call;
    };
    await traceCall(describe, async () => undefined);
    await request(() => traceCall(describe, async () => expect(currentTraceparent()).toBeUndefined()), context('00'));
    await request(() => outsideTraces(() => traceCall(describe, async () => undefined)));
    expect(described).toEqual([]);
    expect((await recorded()).map(({ name }) => name)).toEqual(['request']);
  });

  it('tell of a failure its code or class, and nothing of its message', async () => {
    const failing = (error: Error) =>
      traceCall(
        () => call,
        () => Promise.reject(error),
      );
    const refused = new TypeError('quotes data', { cause: Object.assign(new Error('more data'), { code: '23505' }) });
    await request(() => expect(failing(refused)).rejects.toBe(refused));
    await request(() => expect(failing(new RangeError('quotes data'))).rejects.toThrow(RangeError));
    const failed = (await recorded()).filter(({ name }) => name === 'call');
    expect(failed.map(({ status }) => status.code)).toEqual([2, 2]);
    expect(failed.map(({ attributes }) => attributes[0]?.value.stringValue)).toEqual(['23505', 'RangeError']);
    expect(JSON.stringify(failed)).not.toContain('data');
  });

  it('of shared work are one for each trace, linked, with its calls in the first', async () => {
    const given = [
      undefined,
      context('01', TRACE),
      'nonsense',
      context('01', TRACE),
      context('01', OTHER),
      context('00'),
    ];
    let sentOn: readonly (string | undefined)[] = [];
    await request(() =>
      traceShared(batch, given, async ({ traceparents, fail }) => {
        sentOn = traceparents;
        fail(4, 'refused');
        await traceCall(
          () => call,
          async () => undefined,
        );
      }),
    );
    const all = await recorded();
    const [first, other] = [TRACE, OTHER].map((id) => all.find((span) => span.traceId === id && span.name === 'batch'));
    const ours = (span?: Span) => `00-${span?.traceId}-${span?.spanId}-01`;
    expect(sentOn).toEqual([undefined, ours(first), 'nonsense', ours(first), ours(other), context('00')]);
    expect(first?.links.map(({ spanId }) => spanId)).toEqual([other?.spanId]);
    expect(other?.links.map(({ spanId }) => spanId)).toEqual([first?.spanId]);
    expect([first?.status.code, other?.status.code]).toEqual([0, 2]);
    expect(all.find(({ name }) => name === 'call')?.parentSpanId).toBe(first?.spanId);
    expect(all.filter(({ name }) => name === 'batch')).toHaveLength(2);
  });

  it('of shared work without any trace are none, whoever runs it, or begin one where that is asked for', async () => {
    await request(() =>
      traceShared(batch, [undefined], () =>
        traceCall(
          () => call,
          async () => undefined,
        ),
      ),
    );
    await traceShared({ ...batch, beginsTrace: true }, [undefined], () =>
      traceCall(
        () => call,
        async () => undefined,
      ),
    );
    const all = await recorded();
    expect(all.map(({ name }) => name).sort()).toEqual(['batch', 'call', 'request']);
    const begun = all.find(({ name }) => name === 'batch');
    expect(begun?.parentSpanId ?? '').toBe('');
    expect(all.find(({ name }) => name === 'call')).toMatchObject({
      traceId: begun?.traceId,
      parentSpanId: begun?.spanId,
    });
  });

  it('name themselves in the lines of the log, unless a line names another trace', async () => {
    const lines: unknown[] = [];
    const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
    const logger = new StructuredLogger({ level: 'info', format: 'json', destination });
    await request(async () => {
      logger.log('inside');
      logger.log({ msg: 'of another', trace_id: OTHER });
    }, context());
    logger.log('outside');
    expect(lines).toMatchObject([
      { msg: 'inside', trace_id: TRACE, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) },
      { msg: 'of another', trace_id: OTHER },
      { msg: 'outside' },
    ]);
    expect(lines[2]).not.toHaveProperty('trace_id');
  });
});

describe('without tracing', () => {
  it('work is done, what was given is passed on, and nothing is told', async () => {
    expect(beginSpan(call)).toBeUndefined();
    expect(
      await traceCall(
        () => call,
        async (span) => span,
      ),
    ).toBeUndefined();
    const given = [context(), undefined];
    expect(await traceShared(batch, given, async ({ traceparents }) => traceparents)).toEqual(given);
    expect(outsideTraces(() => 7)).toBe(7);
    expect([currentTrace(), currentTraceparent(), traceIdOf(context())]).toEqual([undefined, undefined, undefined]);
  });
});
