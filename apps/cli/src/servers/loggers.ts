/** For what a command starts: its trouble is worth hearing, its progress is not. */
export const HEARD = { log: () => {}, warn: console.error, error: console.error };

/** For clients whose trouble is thrown and printed once. */
export const QUIET = { log: () => {}, warn: () => {}, error: () => {} };
