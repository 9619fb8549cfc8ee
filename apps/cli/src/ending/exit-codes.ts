/** What every command of `soma` exits with; docs/cli.md has the table. */
export const EXIT = {
  done: 0,
  /** Refused or failed; for verify, reindex and doctor: something differs. */
  failed: 1,
  usage: 2,
  /** No service, data folder or server that could be asked. */
  unreachable: 3,
  /** The token is missing, wrong, or does not allow it. */
  forbidden: 4,
  /** The output cannot be written. */
  output: 5,
  interrupted: 130,
  brokenPipe: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with its message on standard error and this exit code. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CommandError';
  }
}
