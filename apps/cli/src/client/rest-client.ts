import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '@sfm/memory';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { HostStreams } from '@sfm/mcp';
import {
  MemoryClient,
  type AgentOptions,
  type Call,
  type ExportCall,
  type ImportCall,
  type RunningExport,
} from './memory-client.js';
import { ROUTES, type Operation } from './operations.js';
import { RefusedError } from './refusals.js';

/** Where the service is, and in whose name it is asked. */
export interface ServiceAddress {
  readonly url: string;
  readonly token: string;
  /** The service's own choice when omitted. */
  readonly namespace?: string | undefined;
  readonly signal: AbortSignal;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: Call['query'];
  readonly body?: string | ReadableStream;
  readonly type?: string;
}

const POSITION_HEADER = 'x-soma-export-position';
const CURSOR_HEADER = 'x-soma-next-cursor';
const STATUS_CODES: Readonly<Record<number, string>> = {
  401: 'missing_token',
  403: 'invalid_token',
  503: 'store_unavailable',
};

/** Asks a service over HTTP. */
export class RestClient extends MemoryClient {
  readonly where: string;
  private readonly base: string;

  constructor(private readonly address: ServiceAddress) {
    super();
    this.base = new URL(address.url).href.replace(/\/$/, '');
    this.where = `the service at ${this.base}`;
  }

  async call(operation: Operation, { place = '', query, body }: Call = {}): Promise<JsonObject> {
    const [method, route] = ROUTES[operation];
    const response = await this.send({
      method,
      path: route.replace(':place', encodeURIComponent(place)),
      ...(query ? { query } : {}),
      ...(body ? { body: stringifyJson(body), type: 'application/json' } : {}),
    });
    const text = await this.read(response.text());
    const answer = text === '' ? {} : objectIn(text);
    if (!answer) throw this.strange();
    const cursor = response.headers.get(CURSOR_HEADER);
    return cursor === null ? answer : { ...answer, next_cursor: cursor };
  }

  async export({ include, resume }: ExportCall): Promise<RunningExport> {
    const query = { include: include.join(','), position: resume?.position, after: resume?.after };
    const response = await this.send({ method: 'GET', path: '/v1/export', query });
    const position = response.headers.get(POSITION_HEADER);
    if (!response.body || position === null) throw this.strange();
    return { position, parts: this.parts(response.body) };
  }

  async import(input: AsyncIterable<Uint8Array>, call: ImportCall): Promise<JsonObject> {
    const { format, onConflict, fromLine, verifies } = call;
    const response = await this.send({
      method: 'POST',
      path: '/v1/import',
      query: {
        format,
        on_conflict: onConflict,
        from_line: String(fromLine),
        checksums: verifies ? 'required' : 'ignored',
      },
      body: ReadableStream.from(input),
      type: 'application/octet-stream',
    });
    const report = objectIn(await this.read(response.text()));
    if (!report) throw this.strange();
    return report;
  }

  async serveAgent(streams: HostStreams, { isReadOnly }: AgentOptions): Promise<void> {
    const { bridgeStreams } = await import('@sfm/mcp');
    const url = `${this.base}/mcp${isReadOnly ? '?read_only=true' : ''}`;
    await bridgeStreams({ url, headers: this.caller() }, streams);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async *parts(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (cause) {
      throw this.broken(cause);
    }
  }

  /** Resolves with an answer that is a success. */
  private async send({ method, path, query = {}, body, type }: Sent): Promise<Response> {
    const { signal } = this.address;
    const search = searchOf(query);
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}${search}`, {
        method,
        headers: {
          ...this.caller(),
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body, duplex: 'half' }),
        redirect: 'error',
        signal,
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw new CommandError(EXIT.unreachable, `${this.where} does not answer: ${reasonOf(cause)}`, { cause });
    }
    if (!response.ok) throw refusalOf(response, await this.read(response.text()));
    return response;
  }

  private caller(): Readonly<Record<string, string>> {
    const { token, namespace } = this.address;
    return {
      authorization: `Bearer ${token}`,
      // A header holds bytes: the service reads them as UTF-8.
      ...(namespace === undefined ? {} : { 'x-soma-namespace': Buffer.from(namespace).toString('latin1') }),
    };
  }

  private async read<T>(reading: Promise<T>): Promise<T> {
    return reading.catch((cause: unknown) => {
      throw this.broken(cause);
    });
  }

  private broken(cause: unknown): Error {
    this.address.signal.throwIfAborted();
    return new CommandError(EXIT.unreachable, `${this.where} broke off: ${reasonOf(cause)}`, { cause });
  }

  private strange(): CommandError {
    return new CommandError(EXIT.unreachable, `${this.where} does not answer as SomaFractalMemory does`);
  }
}

function searchOf(query: NonNullable<Call['query']>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, value);
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** Names the error as its body does: a problem of v1, or the `detail` of a compatible route. */
function refusalOf({ status }: Response, text: string): RefusedError {
  const { type, detail, errors } = objectIn(text) ?? {};
  const [, urn] = typeof type === 'string' ? (/^urn:sfm:problem:(\w+)$/.exec(type) ?? []) : [];
  const said = typeof detail === 'string' ? detail : (fieldsIn(detail) ?? fieldsIn(errors));
  return new RefusedError({
    code: urn ?? STATUS_CODES[status] ?? 'refused',
    message: said ?? `the service answers ${status}: ${text.slice(0, 300)}`,
  });
}

/** The sentences of a list of values that are not allowed. */
function fieldsIn(problems: unknown): string | undefined {
  if (!Array.isArray(problems)) return undefined;
  const sentences = problems.filter(isJsonObject).map(({ loc, field, msg, message }) => {
    const name = Array.isArray(loc) ? loc.slice(1).join('.') : field;
    return `${String(name)}: ${String(msg ?? message)}`;
  });
  return sentences.length === 0 ? undefined : sentences.join('; ');
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** fetch hides what happened in its cause, and of a host with several addresses in the errors of that. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
