import { createHash } from 'node:crypto';
import type { RepeatableCall, UseCase } from '@sfm/edge';
import { stringifyJson } from '@sfm/memory';
import type { GrpcCall } from '../calls/grpc-call.js';
import { fieldsOf } from '../messages/request-body.js';

const KEY = 'idempotency-key';

/** Describes a call for the idempotency check; keys are scoped to the method. */
export function repeatableCall(call: GrpcCall, message: unknown, useCase: UseCase): RepeatableCall {
  const { service, method, request } = call.facts;
  const key = request.headers[KEY];
  return {
    principal: call.principal,
    useCase,
    operation: `${service}/${method}`,
    key,
    keyField: 'Idempotency-Key',
    hash:
      key === undefined
        ? ''
        : createHash('sha256')
            .update(stringifyJson(fieldsOf(message)))
            .digest('hex'),
  };
}
