/** A server of a test's own, that the test may hurt. */
export interface ServerProcess {
  /** Of the running process; undefined while it is down. */
  readonly pid: number | undefined;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /**
   * SIGSTOP, as a machine does that hangs: it takes connections and answers nothing. Of PostgreSQL, the processes of the
   * connections that its user has now; later ones are served.
   *
   * @returns the processes
   */
  freeze(): Promise<readonly number[]>;
  /** SIGCONT. */
  thaw(): void;
  /** Starts it again on the same port with the same data; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it for good. Its folder goes with the test run. Idempotent. */
  stop(): Promise<void>;
}

/** A server cannot be had on this machine; the message says why and how to get it. */
export class ServerUnavailable extends Error {
  override readonly name = 'ServerUnavailable';
}
