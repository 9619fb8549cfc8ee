import type { ConfigProblem } from './config-error.js';

/**
 * Something an operator should read at start, although the service starts.
 * `deprecated`: an old name was used. `notice`: a setting has no or another effect than hoped. `unknown`: looks like a
 * typo.
 */
export interface ConfigWarning {
  readonly kind: 'deprecated' | 'notice' | 'unknown';
  readonly variable: string;
  readonly message: string;
}

/** Where every step of reading the environment adds what it finds. */
export interface ConfigFindings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigWarning[];
}
