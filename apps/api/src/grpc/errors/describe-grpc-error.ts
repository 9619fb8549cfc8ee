import { describeError } from '@sfm/edge';
import { GrpcRefusal, type GrpcError } from './grpc-refusal.js';
import { GRPC_STATUS } from './grpc-status.js';

/** Maps any thrown value to an error of gRPC. */
export function describeGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcRefusal) return error.answer;
  const description = describeError(error);
  return { ...description, status: GRPC_STATUS[description.code] };
}
