import type { Memory } from '../model/memory.js';
import type { CandidateContent, IndexPoint, SearchedContent } from './index-point.js';
import type { TermVector } from '../text/term-vector.js';
import { analyzeText } from '../text/text-analyzer.js';

/** What the truth keeps of a memory for the indexes, beside the memory itself. */
export interface Searched {
  readonly searchedText: string;
  readonly session: string | null;
}

/** The projection of a memory that indexes hold. A zero vector (nothing to embed) becomes none. */
export function toIndexPoint(memory: Memory, searched: Searched, vector: Float32Array | null): IndexPoint {
  return toPoint(toSearchedContent(memory, searched), vector?.some((value) => value !== 0) ? vector : null);
}

/** What an lexical index holds, which has no vectors. */
export function toWordPoint(content: SearchedContent): IndexPoint {
  return toPoint(content, null);
}

export function toSearchedContent(memory: Memory, { searchedText, session }: Searched): SearchedContent {
  return { ...toCandidateContent(memory), session, expiresAtMs: memory.expiresAt?.getTime() ?? null, searchedText };
}

function toPoint(content: SearchedContent, vector: Float32Array | null): IndexPoint {
  const { key, id, version, type, createdAtMs, payload, importanceNorm, session, expiresAtMs, searchedText } = content;
  let text: TermVector | undefined;
  return {
    key,
    id,
    version,
    type,
    createdAtMs,
    payload,
    importanceNorm,
    session,
    expiresAtMs,
    vector,
    // Looked at by lexical indexes only.
    get text() {
      return (text ??= analyzeText(searchedText));
    },
  };
}

/** What recall ranks a memory by. */
export function toCandidateContent(memory: Memory): CandidateContent {
  const { key, id, version, type, createdAt, payload, importanceNorm } = memory;
  return { key, id, version, type, createdAtMs: createdAt.getTime(), payload, importanceNorm };
}
