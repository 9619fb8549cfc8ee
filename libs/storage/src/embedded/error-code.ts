/** The `code` of a Node or driver error, e.g. ENOENT or an SQLSTATE. */
export function errorCode(error: unknown): string | undefined {
  // Not instanceof Error: errors of Node's own modules belong to another realm when code runs in a VM context.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
