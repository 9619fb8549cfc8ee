/** One thing that is wrong with the environment. */
export interface ConfigProblem {
  /** The variable as it was given, which may be an alias. */
  readonly variable: string;
  /** What was given, masked where it may hold a secret; empty when nothing was. */
  readonly given: string;
  /** What is allowed, or why the setting is refused. */
  readonly allowed: string;
}

/** The environment is not usable. Carries every problem found, not just the first. */
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
