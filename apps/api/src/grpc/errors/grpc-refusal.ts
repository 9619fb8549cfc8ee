import type { status } from '@grpc/grpc-js';
import type { ErrorDescription } from '@sfm/edge';

/** How a call is answered that did not succeed. */
export interface GrpcError extends Omit<ErrorDescription, 'code'> {
  readonly status: status;
  /** Of the catalogue, or of this door alone. */
  readonly code: string;
}

/** Ends a call with an error that exists in gRPC alone. */
export class GrpcRefusal extends Error {
  constructor(
    readonly answer: GrpcError,
    options?: { readonly cause?: unknown },
  ) {
    super(answer.message, options);
    this.name = 'GrpcRefusal';
  }
}
