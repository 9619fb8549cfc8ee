import { OutcomeUnknownError } from '@sfm/memory';

/** A change whose answer did not come. */
export class LostChange extends OutcomeUnknownError {
  constructor(
    message: string,
    cause: unknown,
    /** Resolves when the statement can change nothing any more. Never rejects. */
    readonly over: Promise<unknown>,
  ) {
    super(message, { cause });
  }
}
