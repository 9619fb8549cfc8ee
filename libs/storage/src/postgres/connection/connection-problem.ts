import { isErrorLike, sqlState } from './driver-errors.js';

/** Cause of a failed connection that the person who configured it can fix. */
export type ConnectionProblem =
  | 'encryption required'
  | 'encryption not offered'
  | 'server certificate untrusted'
  | 'server certificate expired'
  | 'server certificate of another host'
  | 'client certificate required'
  | 'client certificate refused'
  | 'login refused'
  | 'database missing';

/** Codes of Node's TLS for a certificate chain that ends at no trusted authority. */
const UNTRUSTED = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Returns the cause of a failed connection attempt; undefined when it does not concern the configuration. */
export function connectionProblem(error: unknown): ConnectionProblem | undefined {
  if (!isErrorLike(error)) return undefined;
  const code = sqlState(error) ?? '';
  const { message } = error;
  if (UNTRUSTED.has(code)) return 'server certificate untrusted';
  if (code === 'CERT_HAS_EXPIRED') return 'server certificate expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'server certificate of another host';
  if (/^ERR_SSL_.*ALERT/.test(code)) return 'client certificate refused';
  if (/does not support SSL/i.test(message)) return 'encryption not offered';
  if (code === '3D000') return 'database missing';
  // The driver's own message when the server asks for a password and none was given.
  if (/client password must be/i.test(message)) return 'login refused';
  if (!code.startsWith('28')) return undefined;
  // PostgreSQL uses one SQLSTATE for all of these.
  if (/no pg_hba\.conf entry.*no encryption/i.test(message)) return 'encryption required';
  if (/requires a valid client certificate/i.test(message)) return 'client certificate required';
  if (/certificate authentication failed/i.test(message)) return 'client certificate refused';
  return 'login refused';
}
