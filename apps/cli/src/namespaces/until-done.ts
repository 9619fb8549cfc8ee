import type { JsonObject } from '@sfm/memory';

/** Asks again until the answer says that it is done; what was done stays when it is interrupted. */
export async function untilDone(ask: () => Promise<JsonObject>, signal: AbortSignal): Promise<readonly JsonObject[]> {
  const answers: JsonObject[] = [];
  do {
    signal.throwIfAborted();
    answers.push(await ask());
  } while (answers.at(-1)?.['done'] === false);
  return answers;
}
