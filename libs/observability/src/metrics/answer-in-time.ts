const SCRAPE_TIMEOUT_MS = 1000;

/** Resolves with the result of `read` within a second; undefined when it fails or is slow, so no scrape waits for it. */
export async function answerInTime<T>(read: () => T | Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, SCRAPE_TIMEOUT_MS, undefined);
  });
  try {
    return await Promise.race([read(), tooLate]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
