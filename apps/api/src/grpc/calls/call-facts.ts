import type { Metadata, ServerMethodDefinition } from '@grpc/grpc-js';
import type { GuardedRequest } from '@sfm/auth';
import { chooseRequestId } from '@sfm/observability';
import type { CallFacts } from './grpc-call.js';

/** Metadata that this service reads. */
const READ = ['authorization', 'x-soma-namespace', 'x-soma-consistency', 'idempotency-key', 'x-request-id'] as const;
/** For names beyond ASCII, which metadata cannot hold as text: their UTF-8. */
const BINARY_NAMESPACE = 'x-soma-namespace-bin';

/** @param peer as the library writes it: `127.0.0.1:50000`, `[::1]:50000` */
export function callFacts(
  {
    path,
    requestStream,
    responseStream,
  }: Pick<ServerMethodDefinition<unknown, unknown>, 'path' | 'requestStream' | 'responseStream'>,
  metadata: Metadata,
  peer: string,
): CallFacts {
  const [service = '', method = ''] = path.split('/').slice(-2);
  const headers = headersOf(metadata);
  const request: GuardedRequest = { headers, routeOptions: { url: path }, ip: addressOfPeer(peer) };
  const isUnary = !requestStream && !responseStream;
  return {
    service,
    method,
    isUnary,
    isStreamed: responseStream,
    requestId: chooseRequestId(headers['x-request-id']),
    request,
  };
}

function headersOf(metadata: Metadata): GuardedRequest['headers'] {
  const headers: Record<string, string | string[] | undefined> = {};
  for (const name of READ) {
    const values = metadata.get(name).map(String);
    if (values.length > 0) headers[name] = values.length === 1 ? values[0] : values;
  }
  const [binary, ...more] = metadata.get(BINARY_NAMESPACE);
  if (binary !== undefined && headers['x-soma-namespace'] === undefined) {
    const names = [binary, ...more].map((value) => Buffer.from(value).toString('latin1'));
    headers['x-soma-namespace'] = more.length === 0 ? names[0] : names;
  }
  return headers;
}

function addressOfPeer(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
