import type { FastifyReply } from 'fastify';
import { describeHttpError } from '../../errors/describe-http-error.js';
import { problemResponse } from '../../errors/problem-body.js';
import { EventLines } from './event-lines.js';

export const NDJSON = 'application/x-ndjson';

/** One line of the response; `event` names its kind. */
export interface StreamedEvent extends Readonly<Record<string, unknown>> {
  readonly event: string;
}

/** Where work tells its events. */
export interface EventSink {
  readonly emit: (event: StreamedEvent) => void;
  /** To be awaited between portions: see `EventLines.whenRead`. */
  readonly whenRead: () => Promise<void>;
}

/**
 * Streams the events of `work`, one JSON object per line. A failure becomes a last line with a `problem`, because the
 * status has already been sent. The signal passed to `work` aborts when the client disconnects or `stopping` aborts.
 */
export function streamEvents(
  reply: FastifyReply,
  stopping: AbortSignal,
  work: (sink: EventSink, signal: AbortSignal) => Promise<void>,
): void {
  const gone = new AbortController();
  const lines = new EventLines();
  reply.raw.once('close', () => gone.abort(new Error('the client has gone')));
  void reply.status(200).header('content-type', NDJSON).header('cache-control', 'no-store').send(lines.stream);
  const { url: path, id } = reply.request;
  const sink: EventSink = { emit: (event) => lines.add(event), whenRead: () => lines.whenRead() };
  void work(sink, AbortSignal.any([gone.signal, stopping]))
    .catch((error: unknown) => {
      const { body: problem } = problemResponse(describeHttpError(error), { path, id });
      if (problem.status === 500 && !gone.signal.aborted) reply.request.log.error(error);
      lines.add({ event: 'error', problem });
    })
    .finally(() => lines.end());
}
