import type { Memory } from '../model/memory.js';
import type { CandidateContent, IndexPoint } from '../recall/index-point.js';
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
    ...toCandidateContent(memory),
    session,
    expiresAtMs: memory.expiresAt?.getTime() ?? null,
    vector: vector?.some((value) => value !== 0) ? vector : null,
    text: analyzeText(searchedText),
  };
}

/** What recall ranks a memory by. */
export function toCandidateContent(memory: Memory): CandidateContent {
  const { key, id, version, type, createdAt, payload, importanceNorm } = memory;
  return { key, id, version, type, createdAtMs: createdAt.getTime(), payload, importanceNorm };
}
