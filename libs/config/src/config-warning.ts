import type { ConfigProblem } from './config-error.js';

/**
 * Something an operator should read at start, although the service starts.
 * `deprecated`: an old name was used. `notice`: a setting has no effect, or not the expected one. `unknown`: looks like a
 * typo.
 */
export interface ConfigWarning {
  readonly kind: 'deprecated' | 'notice' | 'unknown';
  readonly variable: string;
  readonly message: string;
}

/** Collects the findings of every step that reads the environment. */
export interface ConfigFindings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigWarning[];
}
