import { CommandError, EXIT, type ExitCode } from '../ending/exit-codes.js';

const FORBIDDEN = ['missing_token', 'invalid_token', 'token_rejected', 'namespace_forbidden', 'scope_forbidden'];
const AWAY = [
  'store_unavailable',
  'embedder_unavailable',
  'index_unavailable',
  'bus_unavailable',
  'issuer_unavailable',
  'namespace_moving',
  'write_not_visible',
  'deadline_exceeded',
  'outcome_unknown',
];

/** What the memories answered instead of doing it. */
export interface Refusal {
  /** Of the error catalogue. */
  readonly code: string;
  readonly message: string;
}

/** Also says which error of the catalogue it is. */
export class RefusedError extends CommandError {
  constructor({ code, message }: Refusal, options?: ErrorOptions) {
    super(exitCodeOf(code), message, options);
    this.code = code;
  }

  readonly code: string;
}

function exitCodeOf(code: string): ExitCode {
  if (FORBIDDEN.includes(code)) return EXIT.forbidden;
  return AWAY.includes(code) ? EXIT.unreachable : EXIT.failed;
}
