/** Fills in-process indexes at the start of a process. */
export interface IndexFilling {
  /** Calls `onProgress` with the number of memories so far; resolves with the total. Safe to call again after a failure. */
  load(onProgress?: (memories: number) => void): Promise<number>;
}
