export interface WaitOptions {
  /** Below the time of a test, so that the failure says what was waited for. @default 60000 */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** What is waited for, for the failure message. */
  readonly what?: () => string;
}

/** Resolves when the condition holds; rejects when it does not within the time, or when it throws. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 60_000, intervalMs = 20, what = () => 'a condition' }: WaitOptions = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
