/** Resolves and rejects as the answer does; with `otherwise` when that takes longer than `ms`. Leaves no timer behind. */
export async function within<T>(ms: number, answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
