import { describe, expect, it } from '@jest/globals';
import {
  InvalidBulkItemError,
  InvalidCoordinateError,
  InvalidRequestError,
  MemoryNotFoundError,
  PayloadTooLargeError,
  RateLimitExceededError,
  OutcomeUnknownError,
  RequestEndedError,
  StoreUnavailableError,
} from '@sfm/memory';
import { InvalidShapeError, type FieldProblem } from '../checks/field-problem.js';
import { describeError } from './describe-error.js';

describe('an error is described', () => {
  it('by its code and sentence, to the caller alone', () => {
    expect(describeError(new MemoryNotFoundError('api_ns', '1,2'))).toEqual({
      code: 'memory_not_found',
      message: 'no memory at coordinate 1,2 in namespace api_ns',
      loudness: 'silent',
    });
  });

  it('with the value that is wrong and the part of the request it came from', () => {
    const described = describeError(new InvalidCoordinateError('items.3.coord', 'must hold a number'), 'query');
    expect(described).toMatchObject({
      code: 'invalid_coordinate',
      problems: [{ part: 'query', path: ['items', 3, 'coord'], allowed: 'must hold a number' }],
    });
  });

  it('as a fault of a header where the core names one, and of a key where it blames one', () => {
    const inHeader = describeError(new InvalidRequestError('Idempotency-Key', 'must be short'));
    expect(inHeader.problems).toMatchObject([{ part: 'header', path: ['Idempotency-Key'] }]);
    const ofKey = describeError(new InvalidRequestError('payload.a (key)', 'is too long'));
    expect(ofKey.problems).toMatchObject([{ path: ['payload', 'a'], allowed: 'has a key that is too long' }]);
  });

  it('with every wrong field of a request that has another shape', () => {
    const problems: FieldProblem[] = [{ part: 'body', path: ['a'], type: 't', msg: 'm', allowed: 'must be a string' }];
    expect(describeError(new InvalidShapeError(problems))).toMatchObject({ code: 'invalid_request', problems });
  });

  it.each([
    { reason: new PayloadTooLargeError('payload', 'must be small'), code: 'payload_too_large' },
    { reason: new InvalidCoordinateError('coord', 'must be numbers'), code: 'invalid_request' },
  ])('as one of a bulk by what it is about: $reason.message', ({ reason, code }) => {
    expect(describeError(new InvalidBulkItemError(2, reason))).toMatchObject({
      code,
      problems: [{ path: ['items', 2, reason.field] }],
    });
  });

  it('with when to come again, where that is known', () => {
    expect(describeError(new RateLimitExceededError(7))).toMatchObject({
      code: 'rate_limit_exceeded',
      retryAfterSeconds: 7,
      loudness: 'silent',
    });
  });

  it('without hosts and drivers where a part is away, and as a warning to its operator', () => {
    expect(describeError(new StoreUnavailableError('connect ECONNREFUSED 10.0.0.7:5432'))).toEqual({
      code: 'store_unavailable',
      message: 'The store does not answer; nothing was changed, and retrying is safe',
      retryAfterSeconds: 1,
      loudness: 'warning',
    });
  });

  it('as changed or not, where that is not known, and as not changed only where it is certain', () => {
    expect(describeError(new OutcomeUnknownError('Query read timeout'))).toEqual({
      code: 'outcome_unknown',
      message: 'The store did not answer in time: whether the change was made is unknown; repeating it is safe',
      retryAfterSeconds: 1,
      loudness: 'warning',
    });
    expect(describeError(new RequestEndedError('deadline'))).toMatchObject({
      code: 'deadline_exceeded',
      message: expect.stringContaining('nothing was changed'),
      retryAfterSeconds: 1,
    });
    const gone = new RequestEndedError('hung up');
    expect(describeError(gone)).toMatchObject({ loudness: 'silent' });
    expect(describeError(new OutcomeUnknownError('at work', { cause: gone }))).toMatchObject({ loudness: 'silent' });
  });

  it.each([{ error: new TypeError('secret of the house') }, { error: 'secret' }, { error: null }])(
    'as a fault of ours otherwise: $error',
    ({ error }) => {
      expect(describeError(error)).toEqual({
        code: 'internal_error',
        message: 'Internal Server Error',
        loudness: 'error',
      });
    },
  );
});
