import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { describeHttpError } from '../../errors/describe-http-error.js';
import { problemResponse } from '../../errors/problem-body.js';

export const NDJSON = 'application/x-ndjson';

/** One line of the response; `event` names its kind. */
export interface StreamedEvent extends Readonly<Record<string, unknown>> {
  readonly event: string;
}

export type Emit = (event: StreamedEvent) => void;

/**
 * Streams the events of `work`, one JSON object per line. A failure becomes a last line with a `problem`, because the
 * status has already been sent. The signal passed to `work` aborts when the client disconnects or `stopping` aborts.
 */
export function streamEvents(
  reply: FastifyReply,
  stopping: AbortSignal,
  work: (emit: Emit, signal: AbortSignal) => Promise<void>,
): void {
  const gone = new AbortController();
  const lines = new Readable({ read: () => undefined });
  const emit: Emit = (event) => void (lines.destroyed || lines.push(`${JSON.stringify(event)}\n`));
  reply.raw.once('close', () => gone.abort(new Error('the client has gone')));
  void reply.status(200).header('content-type', NDJSON).header('cache-control', 'no-store').send(lines);
  const { url: path, id } = reply.request;
  void work(emit, AbortSignal.any([gone.signal, stopping]))
    .catch((error: unknown) => {
      const { body: problem } = problemResponse(describeHttpError(error), { path, id });
      if (problem.status === 500 && !gone.signal.aborted) reply.request.log.error(error);
      emit({ event: 'error', problem });
    })
    .finally(() => lines.destroyed || lines.push(null));
}
