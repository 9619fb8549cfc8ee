import type { RecallIndexName } from '../../index-model/index-readiness.port.js';

/** Bytes for each memory, and for each byte of its payload as JSON. */
export interface Rate {
  readonly perMemory: number;
  readonly perByte: number;
}

/** What something takes of the heap, and of the memory of the process outside it. */
export interface IndexCost {
  readonly heap: Rate;
  readonly outside: Rate;
}

/** What the in-process indexes take; `contents` is what they share, once. */
export type IndexCosts = Readonly<Record<RecallIndexName | 'contents', IndexCost>>;

/** How much the truth holds. */
export interface TruthExtent {
  readonly memories: number;
  /** Average size of a payload as JSON. */
  readonly payloadBytes: number;
}

/** Returns the bytes that these indexes need to hold the whole truth. */
export function costOf(
  indexes: readonly RecallIndexName[],
  costs: IndexCosts,
  extent: TruthExtent,
): { readonly heapBytes: number; readonly outsideBytes: number } {
  const parts = indexes.length === 0 ? [] : [costs.contents, ...indexes.map((index) => costs[index])];
  const sum = (where: keyof IndexCost) => parts.reduce((bytes, part) => bytes + bytesOf(part[where], extent), 0);
  return { heapBytes: sum('heap'), outsideBytes: sum('outside') };
}

function bytesOf({ perMemory, perByte }: Rate, { memories, payloadBytes }: TruthExtent): number {
  return memories * (perMemory + perByte * payloadBytes);
}
