import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '@sfm/memory';
import { isRetryable, translateDriverError } from './driver-errors.js';

/** What another copy of the driver, or another realm, throws: of no class this module knows. */
function foreignError(code: string | undefined, message = 'as the driver says it'): object {
  return { message, ...(code === undefined ? {} : { code }) };
}

describe('an error of the driver', () => {
  it.each([
    ['08006', 'connection failure'],
    ['25006', 'read-only, as a standby is'],
    ['28P01', 'password changed'],
    ['3D000', 'database missing'],
    ['53300', 'connections exhausted'],
    ['57014', 'statement timeout'],
    ['57P01', 'admin shutdown'],
    ['57P02', 'crash shutdown'],
    ['57P03', 'cannot connect now'],
    ['58030', 'input or output error'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ECONNRESET', 'connection lost'],
    ['EAI_AGAIN', 'name not resolved'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'another authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'another authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host'],
    ['CERT_HAS_EXPIRED', 'expired'],
  ])('%s (%s) means that the store is unavailable, whatever its class', (code) => {
    const error = foreignError(code);
    expect(translateDriverError(error)).toBeInstanceOf(StoreUnavailableError);
    expect(translateDriverError(error)).toMatchObject({ code: 'store_unavailable', cause: error });
    expect(translateDriverError(foreignError(undefined, `wrapped`))).not.toBeInstanceOf(StoreUnavailableError);
    expect(translateDriverError({ message: 'wrapped', driverError: error })).toBeInstanceOf(StoreUnavailableError);
  });

  it('names a namespace whose changes the schema refuses', () => {
    const error = Object.assign(foreignError('SFM01', 'the namespace is being renamed'), { detail: 'team_a' });
    const expected = { code: 'namespace_moving', namespace: 'team_a', retryAfterSeconds: 1, cause: error };
    expect(translateDriverError(error)).toMatchObject(expected);
  });

  it.each([
    ['53100', 'could not extend file "base/16384/2619"'],
    ['58030', 'could not write to file "pg_wal/xlogtemp.7": No space left on device'],
    ['ENOSPC', 'no space'],
    ['EDQUOT', 'quota'],
  ])('%s (%s) means that its disk is full', (code, message) => {
    const error = foreignError(code, message);
    expect(translateDriverError(error)).toBeInstanceOf(StoreUnavailableError);
    expect(translateDriverError(error)).toMatchObject({ code: 'store_full', cause: error });
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Query read timeout'])(
    'without a code is known by what it says: %s',
    (message) => {
      expect(translateDriverError(foreignError(undefined, message))).toBeInstanceOf(StoreUnavailableError);
    },
  );

  it.each(['22012', '22P05', '23505', '42601', '42P01', '54000', 'XX000'])('%s comes back as it is', (code) => {
    const error = foreignError(code);
    expect(translateDriverError(error)).toBe(error);
  });

  it('is worth another try when it names a victim, and only then', () => {
    expect(['40001', '40P01', '23505', '57P01'].map((code) => isRetryable(foreignError(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('may be no error at all', () => {
    for (const thrown of [undefined, null, 'text', 7, {}]) expect(translateDriverError(thrown)).toBe(thrown);
  });
});
