/**
 * Returns work whose good results are given out again for a time, in milliseconds, unless `isDoubtful` says otherwise. A
 * failure is never kept.
 */
export function keptResult<T>(
  work: () => Promise<T>,
  { forMs, isDoubtful = () => false }: { readonly forMs: number; readonly isDoubtful?: () => boolean },
): () => Promise<T> {
  let kept: { readonly result: T; readonly untilMs: number } | undefined;
  return async () => {
    if (kept && performance.now() < kept.untilMs && !isDoubtful()) return kept.result;
    kept = undefined;
    const result = await work();
    kept = { result, untilMs: performance.now() + forMs };
    return result;
  };
}
