import { Metadata, status } from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { describeGrpcError } from '../errors/describe-grpc-error.js';
import { DETAILS_KEY, errorDetails } from '../errors/error-details.js';
import type { GrpcError } from '../errors/grpc-refusal.js';
import type { GrpcCall } from './grpc-call.js';

/** Longest text beside the status: it travels as a header. */
const MAX_MESSAGE = 1000;

const EARLY_MS = 100;

const logger = new Logger('Grpc');

/** What ends a call. */
export interface EndOfCall {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** The status that answers a call which failed; tells the operators what concerns them. */
export function answerOf(error: unknown, call: GrpcCall): EndOfCall {
  const described = describeGrpcError(error);
  if (described.loudness !== 'silent') report(error, described, call);
  const metadata = new Metadata();
  metadata.set('x-request-id', call.facts.requestId);
  if (described.retryAfterSeconds !== undefined) metadata.set('retry-after', String(described.retryAfterSeconds));
  metadata.set(DETAILS_KEY, errorDetails(described, call.facts.requestId));
  const isLate = described.status === status.UNAVAILABLE && isAtDeadline(call);
  return {
    code: isLate ? status.DEADLINE_EXCEEDED : described.status,
    details: described.message.slice(0, MAX_MESSAGE),
    metadata,
  };
}

/** What stops for the deadline may say so a moment before it. Then the call is late, whatever it was that had to stop. */
function isAtDeadline({ budget }: GrpcCall): boolean {
  return budget !== undefined && budget.budget.deadlineMs - performance.now() <= EARLY_MS;
}

function report(error: unknown, { code, loudness }: GrpcError, { facts }: GrpcCall): void {
  const { service, method, requestId } = facts;
  const msg = `${service}/${method} [${requestId}] ${code}`;
  const reason = error instanceof Error ? error.message : String(error);
  if (loudness === 'warning') logger.warn({ msg: `${msg}: ${reason}`, request_id: requestId });
  else logger.error({ msg, request_id: requestId }, error instanceof Error ? error.stack : reason);
}
