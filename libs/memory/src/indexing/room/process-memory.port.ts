/** How much of a limit is used, in bytes. */
export interface Fill {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

export interface MemoryUse {
  /** Objects that survived the last full garbage collection, and the most that the heap may hold. */
  readonly heap: Fill;
  /** The whole process, with what lies outside the heap (vectors, graphs), and the limit of its container or machine. */
  readonly resident: Fill;
  /** Full garbage collections since the start: what is given up shows in `heap` only after further ones. */
  readonly collections: number;
}

/** Tells how much memory this process uses, and how much it may use. */
export abstract class ProcessMemory {
  abstract read(): MemoryUse;
}

/** The share of the limit that is used, of whichever limit is nearer. */
export function usedShare({ heap, resident }: MemoryUse): number {
  return Math.max(shareOf(heap), shareOf(resident));
}

export function shareOf({ usedBytes, limitBytes }: Fill): number {
  return usedBytes / limitBytes;
}
