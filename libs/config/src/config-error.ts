/** One problem in the environment. */
export interface ConfigProblem {
  /** The variable as it was given, which may be an alias. */
  readonly variable: string;
  /** The given value, masked where it may contain a secret; empty when none was given. */
  readonly given: string;
  /** The allowed values, or why the setting is refused. */
  readonly allowed: string;
}

/** The environment is invalid. Carries every problem found, not just the first. */
export class ConfigError extends Error {
  readonly code = 'invalid_configuration';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${listed(problems)}`,
    );
    this.name = 'ConfigError';
  }
}

function listed(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ variable, given, allowed }) => `  ${variable}${given === '' ? '' : `=${given}`}: ${allowed}`)
    .join('\n');
}
