import { Injectable } from '@nestjs/common';
import { AuthorizedPortability, ImportBodySchema, PageCursor, readShape, toExtras } from '@sfm/edge';
import { InvalidRequestError, type ExportRequest } from '@sfm/memory';
import { z } from 'zod';
import type { CollectingWork, StreamingWork } from '../calls/streaming.js';
import type { GrpcCall } from '../calls/grpc-call.js';
import { fieldsOf } from '../messages/request-body.js';

/** What is sent in one message: small enough for what every client takes. */
const PIECE_BYTES = 256 * 1024;

const ExportSchema = z.strictObject({
  include: z.array(z.string()).default([]),
  position: z.string().optional(),
  after: z.string().optional(),
});

/** Moves whole namespaces, as streams of bytes. */
@Injectable()
export class TransferCalls {
  constructor(
    private readonly portability: AuthorizedPortability,
    private readonly cursors: PageCursor,
  ) {}

  readonly export: StreamingWork = (message, call, signal) => this.chunks(message, call, signal);

  readonly import: CollectingWork = async (messages, { principal }) => {
    const incoming = messages[Symbol.asyncIterator]();
    const first = await incoming.next();
    const head = fieldsOf(first.done === true ? {} : first.value);
    const options = readShape(ImportBodySchema, fieldsOf(head['options']));
    const { format, on_conflict: onConflict, from_line: fromLine, checksums } = options;
    return this.portability.import(principal, bytesOf(head, incoming), {
      onConflict,
      fromLine,
      verifies: checksums === 'required',
      ...(format ? { format } : {}),
    });
  };

  private async *chunks(message: unknown, call: GrpcCall, signal: AbortSignal): AsyncGenerator<object> {
    const { principal } = call;
    const request = this.exportRequest(message, call);
    const { position, parts } = await this.portability.export(principal, request);
    const told = this.cursors.writeExport(principal.namespace, request.include, position);
    let head: { position?: string } = { position: told };
    for await (const part of parts) {
      const bytes = Buffer.from(part);
      for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
        if (signal.aborted) return;
        yield { ...head, data: bytes.subarray(start, start + PIECE_BYTES) };
        head = {};
      }
    }
  }

  private exportRequest(message: unknown, { principal }: GrpcCall): ExportRequest {
    const { include: names, position, after } = readShape(ExportSchema, fieldsOf(message));
    const include = toExtras(names.join(','));
    if ((position === undefined) !== (after === undefined)) {
      const missing = position === undefined ? 'position' : 'after';
      throw new InvalidRequestError(missing, 'must be there: both go on together');
    }
    if (position === undefined || after === undefined) return { include };
    return { include, position: this.cursors.readExport(principal.namespace, include, position), after };
  }
}

/** @throws InvalidRequestError for options that come late */
async function* bytesOf(
  head: Readonly<Record<string, unknown>>,
  rest: AsyncIterator<unknown>,
): AsyncGenerator<Uint8Array> {
  if (head['data'] instanceof Uint8Array) yield head['data'];
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    const { options, data } = fieldsOf(next.value);
    if (options !== undefined) throw new InvalidRequestError('options', 'must be in the first message alone');
    if (data instanceof Uint8Array) yield data;
  }
}
