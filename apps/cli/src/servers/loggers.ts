/** For services started by a command: shows warnings and errors, but no progress. */
export const HEARD = { log: () => {}, warn: console.error, error: console.error };

/** For clients whose errors are thrown and printed once. */
export const QUIET = { log: () => {}, warn: () => {}, error: () => {} };
