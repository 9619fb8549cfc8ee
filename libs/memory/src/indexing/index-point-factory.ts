import type { Memory } from '../model/memory.js';
import type { IndexPoint } from '../recall/index-point.js';
import { analyzeText } from '../text/text-analyzer.js';

/** What the truth keeps of a memory for the indexes, beside the memory itself. */
export interface Searched {
  readonly searchedText: string;
  readonly session: string | null;
}

/** The projection of a memory that indexes hold. A zero vector (nothing to embed) becomes none. */
export function toIndexPoint(
  memory: Memory,
  { searchedText, session }: Searched,
  vector: Float32Array | null,
): IndexPoint {
  return {
    key: memory.key,
    id: memory.id,
    version: memory.version,
    type: memory.type,
    payload: memory.payload,
    session,
    createdAtMs: memory.createdAt.getTime(),
    expiresAtMs: memory.expiresAt?.getTime() ?? null,
    vector: vector?.some((value) => value !== 0) ? vector : null,
    text: analyzeText(searchedText),
  };
}
