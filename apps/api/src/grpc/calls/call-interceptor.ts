import {
  Metadata,
  ServerInterceptingCall,
  status,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js';
import { openBudget } from '@sfm/memory';
import type { ServiceMetrics } from '@sfm/observability';
import type { CallAdmission } from './call-admission.js';
import { callFacts } from './call-facts.js';
import { beginCallSpan, endCallSpan } from './call-tracing.js';
import type { OpenCalls } from './open-calls.js';
import { answerOf } from './error-answers.js';
import { GrpcCall, noteCall } from './grpc-call.js';

export interface CallParts {
  readonly admission: CallAdmission;
  readonly metrics: Pick<ServiceMetrics, 'grpc'>;
  readonly requestTimeoutMs: number;
  /** Calls of probes and tools are not counted. */
  readonly open: OpenCalls;
}

/**
 * Opens what a call needs before any message of it is read: its id, span, budget and principal; and measures it when it has
 * ended, however that came about.
 */
export function callInterceptor({ admission, metrics, requestTimeoutMs, open }: CallParts): ServerInterceptor {
  return (definition, next) => {
    const startedAt = performance.now();
    let call: GrpcCall | undefined;

    const begin = (metadata: Metadata): GrpcCall => {
      const begun = new GrpcCall(callFacts(definition, metadata, next.getPeer()));
      call = begun;
      metrics.grpc.begin(begun.facts);
      if (isAwaited(begun, admission)) open.enter();
      begun.span = beginCallSpan(begun.facts, metadata);
      begun.budget = budgetOf(begun, next, requestTimeoutMs);
      if (admission.isOpen(begun)) begun.namespaces = undefined;
      noteCall(metadata, begun);
      return begun;
    };

    const end = (): void => {
      if (call === undefined) return;
      const ended = call;
      call = undefined;
      ended.close();
      if (isAwaited(ended, admission)) open.leave();
      const name = status[ended.sent ?? statusUnsaid(next)];
      endCallSpan(ended, name);
      const seconds = (performance.now() - startedAt) / 1000;
      metrics.grpc.end({ ...ended.facts, status: name, seconds });
    };

    const listener: ServerListener = {
      onReceiveMetadata: (metadata, proceed) => {
        const begun = begin(metadata);
        if (admission.isOpen(begun)) return proceed(metadata);
        begun
          .run(() => admission.admit(begun))
          .then(
            () => proceed(metadata),
            (error: unknown) => {
              const answer = answerOf(error, begun);
              begun.sent = answer.code;
              next.sendStatus(answer);
            },
          );
      },
      onCancel: end,
    };

    return new ServerInterceptingCall(next, {
      start: (proceed) => proceed(listener),
      sendMetadata: (metadata, proceed) => {
        if (call) {
          metadata.set('x-request-id', call.facts.requestId);
          for (const [name, value] of call.headers) metadata.set(name, value);
        }
        proceed(metadata);
      },
      sendStatus: (answer, proceed) => {
        if (call) {
          call.sent = answer.code ?? status.UNKNOWN;
          for (const [name, value] of call.trailers) (answer.metadata ??= new Metadata()).set(name, value);
        }
        proceed(answer);
      },
    });
  };
}

/** Streams last as long as their caller wants; all else is bounded by the service too. */
function budgetOf(
  { facts }: GrpcCall,
  next: ServerInterceptingCallInterface,
  requestTimeoutMs: number,
): GrpcCall['budget'] {
  const deadline = Number(next.getDeadline());
  const timeoutMs = Math.min(facts.isUnary ? requestTimeoutMs : Infinity, Math.max(0, deadline - Date.now()));
  return Number.isFinite(timeoutMs) ? openBudget(timeoutMs) : undefined;
}

/** Whether somebody waits for the answer: neither a probe or tool, nor a stream. */
function isAwaited(call: GrpcCall, admission: CallAdmission): boolean {
  return !call.facts.isStreamed && !admission.isOpen(call);
}

/** How a call ended that this service sent no status for. */
function statusUnsaid(next: ServerInterceptingCallInterface): status {
  return Number(next.getDeadline()) <= Date.now() ? status.DEADLINE_EXCEEDED : status.CANCELLED;
}
