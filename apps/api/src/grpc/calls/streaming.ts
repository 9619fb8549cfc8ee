import {
  status,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type ServerReadableStream,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { GrpcRefusal } from '../errors/grpc-refusal.js';
import { UNREADABLE } from '../interface/proto-files.js';
import type { CallAdmission } from './call-admission.js';
import { answerOf } from './error-answers.js';
import { callOf, type GrpcCall } from './grpc-call.js';
import { unreadableMessage } from './unreadable-message.js';

/** How long the other side may take nothing, or send nothing, before it counts as gone. */
const PATIENCE_MS = 60_000;

/** What a stream of either direction stands on. */
export interface StreamParts {
  readonly admission: Pick<CallAdmission, 'openScope' | 'closeScope'>;
  /** Aborts when the service stops. */
  readonly stopping: AbortSignal;
  readonly patienceMs?: number;
}

/** Yields the messages that answer a call; no more is asked of it than is taken. */
export type StreamingWork = (message: unknown, call: GrpcCall, signal: AbortSignal) => AsyncIterable<object>;

/** Takes the messages of a call as they come, and resolves with the one that answers it. */
export type CollectingWork = (messages: AsyncIterable<unknown>, call: GrpcCall) => Promise<object>;

/** Serves a method that answers with a stream. */
export function streaming(work: StreamingWork, parts: StreamParts): handleServerStreamingCall<unknown, object> {
  return (stream) => {
    const call = callOf(stream.metadata);
    const signal = AbortSignal.any([call.ended, parts.stopping]);
    call
      .run(async () => {
        if (stream.request === UNREADABLE) throw unreadableMessage();
        await parts.admission.openScope(call);
        for await (const message of work(stream.request, call, signal)) {
          if (signal.aborted) break;
          await written(stream, message, { signal, patienceMs: parts.patienceMs });
        }
        if (parts.stopping.aborted) throw stoppingRefusal();
      })
      .then(
        () => stream.end(),
        // Nobody reads the answer to a caller that has gone.
        (error: unknown) => (call.ended.aborted ? stream.end() : stream.emit('error', answerOf(error, call))),
      );
  };
}

/** Serves a method that is asked with a stream. */
export function collecting(
  work: CollectingWork,
  { admission, stopping, patienceMs }: StreamParts,
): handleClientStreamingCall<unknown, object> {
  return (stream, answer) => {
    const call = callOf(stream.metadata);
    call
      .run(async () => {
        await admission.openScope(call);
        const message = await work(received(stream, stopping, patienceMs), call);
        await admission.closeScope(call);
        return message;
      })
      .then(
        (message) => answer(null, message),
        (error: unknown) => answer(answerOf(error, call)),
      );
  };
}

/**
 * Writes a message and resolves when it is on its way, or the call has ended: the library would keep sixteen waiting, of any
 * size.
 *
 * @throws GrpcRefusal when the caller takes nothing for too long
 */
function written(
  stream: ServerWritableStream<unknown, object>,
  message: object,
  { signal, patienceMs = PATIENCE_MS }: { readonly signal: AbortSignal; readonly patienceMs?: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', settle);
      reject(refusal(status.ABORTED, 'reader_too_slow', 'the caller does not read what it asked for'));
    }, patienceMs).unref();
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    signal.addEventListener('abort', settle, { once: true });
    stream.write(message, settle);
  });
}

/** The messages of a caller. @throws GrpcRefusal when nothing comes for too long, it hangs up, or the service stops */
async function* received(
  stream: ServerReadableStream<unknown, object>,
  stopping: AbortSignal,
  patienceMs = PATIENCE_MS,
): AsyncGenerator<unknown> {
  const messages = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await inTime(messages.next(), stopping, patienceMs);
    if (next.done === true) return;
    if (next.value === UNREADABLE) throw unreadableMessage();
    yield next.value;
  }
}

async function inTime<T>(message: Promise<T>, stopping: AbortSignal, patienceMs: number): Promise<T> {
  const ending = new AbortController();
  const { signal } = ending;
  message.catch(() => undefined);
  try {
    return await Promise.race([
      message.catch((error: unknown) => {
        throw refusal(status.CANCELLED, 'upload_aborted', 'the caller hung up before the file was complete', error);
      }),
      rejection(AbortSignal.any([stopping, signal]), signal, stoppingRefusal),
      late(patienceMs, signal),
    ]);
  } finally {
    ending.abort();
  }
}

/** Rejects when the signal aborts, unless it is over by then. */
function rejection(signal: AbortSignal, over: AbortSignal, why: () => Error): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => (over.aborted ? undefined : reject(why()));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

function late(patienceMs: number, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(refusal(status.DEADLINE_EXCEEDED, 'sender_too_slow', 'nothing more of the file came')),
      patienceMs,
    ).unref();
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function stoppingRefusal(): GrpcRefusal {
  return refusal(status.UNAVAILABLE, 'stopping', 'the service is stopping; go on at the last position');
}

function refusal(code: status, name: string, message: string, cause?: unknown): GrpcRefusal {
  return new GrpcRefusal({ status: code, code: name, message, loudness: 'silent' }, { cause });
}
