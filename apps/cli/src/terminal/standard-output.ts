/** What ended standard output: a reader that went away, or a disk that is full. */
let failure: Error | undefined;

/** Notes it, so that what is open can be closed before the process ends. */
export function watchStandardOutput(): void {
  process.stdout.on('error', (error: Error) => {
    failure ??= error;
  });
}

export function standardOutputFailure(): Error | undefined {
  return failure;
}
