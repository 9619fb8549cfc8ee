import { join } from 'node:path';
import { fieldName } from '@sfm/edge';
import protobuf from 'protobufjs';
import { PROTO_FOLDER } from '../interface/proto-files.js';
import type { GrpcError } from './grpc-refusal.js';

/** Metadata under which clients look for them. */
export const DETAILS_KEY = 'grpc-status-details-bin';

const DOMAIN = 'somafractalmemory';
const TYPE_PREFIX = 'type.googleapis.com/';
/** Headers are bounded, and so is what most clients take of them. */
const MAX_DESCRIPTION = 500;

const root = protobuf.loadSync(
  ['google/rpc/status.proto', 'google/rpc/error_details.proto'].map((file) => join(PROTO_FOLDER, file)),
);

/**
 * What programs can read of an error, as `google.rpc.Status`: the code of the catalogue, every value that is not allowed, when
 * to try again, and the id of the request.
 */
export function errorDetails(error: GrpcError, requestId: string): Buffer {
  const { status, code, message, problems, facts = {}, retryAfterSeconds } = error;
  const metadata = { code, ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])) };
  const details = [packed('ErrorInfo', { reason: code.toUpperCase(), domain: DOMAIN, metadata })];
  if (problems) {
    const violations = problems.map((problem) => ({
      field: fieldName(problem),
      description: problem.allowed.slice(0, MAX_DESCRIPTION),
    }));
    details.push(packed('BadRequest', { fieldViolations: violations }));
  }
  if (retryAfterSeconds !== undefined) {
    details.push(packed('RetryInfo', { retryDelay: { seconds: Math.ceil(retryAfterSeconds) } }));
  }
  details.push(packed('RequestInfo', { requestId }));
  return encoded('Status', { code: status, message: message.slice(0, MAX_DESCRIPTION), details });
}

/** A `google.protobuf.Any`. */
function packed(name: string, value: Record<string, unknown>) {
  return { type_url: `${TYPE_PREFIX}google.rpc.${name}`, value: encoded(name, value) };
}

function encoded(name: string, value: Record<string, unknown>): Buffer {
  const type = root.lookupType(`google.rpc.${name}`);
  return Buffer.from(type.encode(type.fromObject(value)).finish());
}
