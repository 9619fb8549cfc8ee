/** `ECONNREFUSED`, an SQLSTATE, `StoreUnavailableError`, `timeout`: enough to investigate, nothing to exploit. */
export function kindOf(reason: unknown): string {
  const { name, code, message } = factsOf(reason);
  if (message === 'timeout' || name === 'AbortError' || name === 'TimeoutError') return 'timeout';
  return code ?? name ?? 'error';
}

function factsOf(reason: unknown): { name?: string; code?: string; message?: string } {
  if (typeof reason !== 'object' || reason === null) return {};
  return {
    name: 'name' in reason && typeof reason.name === 'string' ? reason.name : undefined,
    code: 'code' in reason && typeof reason.code === 'string' ? reason.code : undefined,
    message: 'message' in reason && typeof reason.message === 'string' ? reason.message : undefined,
  };
}
