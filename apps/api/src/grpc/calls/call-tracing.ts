import { status, type Metadata } from '@grpc/grpc-js';
import { beginSpan, type DetachedSpan } from '@sfm/observability';
import type { CallFacts, GrpcCall } from './grpc-call.js';

/** Probes ask by the thousand, and tools read the interface. */
const UNTRACED = /^grpc\./;

/** Faults of the service; what a caller did wrong is none. */
const FAULTS: readonly string[] = [status.UNKNOWN, status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS].map(
  (code) => status[code],
);

/** Opens the span of a call, which continues the trace of its `traceparent`; none while tracing is off. */
export function beginCallSpan({ service, method, requestId }: CallFacts, metadata: Metadata): DetachedSpan | undefined {
  if (UNTRACED.test(service)) return undefined;
  return beginSpan(
    {
      name: `${service}/${method}`,
      kind: 'server',
      attributes: {
        'rpc.system': 'grpc',
        'rpc.service': service,
        'rpc.method': method,
        'soma.request_id': requestId,
      },
    },
    { traceparent: textOf(metadata, 'traceparent'), tracestate: textOf(metadata, 'tracestate') },
  );
}

export function endCallSpan({ span }: GrpcCall, statusName: string): void {
  if (!span) return;
  span.set('rpc.grpc.status', statusName);
  if (FAULTS.includes(statusName)) span.fail(statusName);
  else if (statusName === status[status.CANCELLED]) span.fail('client_closed');
  span.end();
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const values = metadata.get(key);
  return values.length === 0 ? undefined : values.map(String).join(',');
}
