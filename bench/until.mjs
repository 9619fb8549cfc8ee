const WITHIN_MS = 600_000;
const INTERVAL_MS = 50;

/** Resolves when the condition holds; rejects with the complaint when it does not within ten minutes. */
export async function until(condition, complaint, intervalMs = INTERVAL_MS) {
  for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  throw new Error(`${complaint} within ten minutes`);
}
