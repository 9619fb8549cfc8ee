import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '../errors/grpc-refusal.js';

/** Bytes that are no message of the kind that the method takes. */
export function unreadableMessage(): GrpcRefusal {
  return new GrpcRefusal({
    status: status.INVALID_ARGUMENT,
    code: 'malformed_message',
    message: 'the bytes are no message of this method: compare your proto files with those of this service',
    loudness: 'silent',
  });
}
