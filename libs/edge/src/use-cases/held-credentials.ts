import { InvalidTokenError, type Authenticator, type Principal } from '@sfm/memory';

const LOOK_EVERY_MS = 1000;

/** A credential that is looked at while a long answer is written. */
export interface HeldCredential {
  /** Aborts with the reason when the credential was revoked or replaced, or has expired. */
  readonly signal: AbortSignal;
  /** Ends the looking; call it when the answer is written. */
  release(): void;
}

/** Looks every second whether the credentials of long answers still hold. */
export class HeldCredentials {
  constructor(
    private readonly authenticator?: Pick<Authenticator, 'confirm'>,
    private readonly everyMs: number = LOOK_EVERY_MS,
  ) {}

  hold(principal: Principal): HeldCredential {
    const ended = new AbortController();
    const look = () => {
      this.authenticator?.confirm(principal).catch((error: unknown) => {
        // While nobody can tell, it holds: an answer that needs the store ends without it.
        if (error instanceof InvalidTokenError) end(error);
      });
    };
    const timer = setInterval(look, this.everyMs).unref();
    const release = () => clearInterval(timer);
    const end = (reason: Error) => {
      release();
      ended.abort(reason);
    };
    return { signal: ended.signal, release };
  }

  /** Work whose signal aborts as the given one does, and when the credential does not hold any more. */
  async during<T>(principal: Principal, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const held = this.hold(principal);
    try {
      return await work(AbortSignal.any([signal, held.signal]));
    } finally {
      held.release();
    }
  }
}

/** The same parts for as long as the credential holds; ends with the signal's reason. Releases it in the end. */
export async function* whileHeld<T>(held: HeldCredential, parts: AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    for await (const part of parts) {
      held.signal.throwIfAborted();
      yield part;
    }
  } finally {
    held.release();
  }
}
