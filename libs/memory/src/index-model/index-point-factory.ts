import type { Memory } from '../model/memory.js';
import type { CandidateContent, IndexPoint, SearchedContent } from './index-point.js';
import type { TermVector } from '../text/term-vector.js';
import { otherText } from '../text/other-text.js';
import { analyzeInTurns, analyzeText, isLongText } from '../text/text-analyzer.js';

/** Data that the truth keeps for the indexes, in addition to the memory itself. */
export interface Searched {
  readonly searchedText: string;
  readonly session: string | null;
}

/** Builds the point that indexes hold of a memory. A zero vector (nothing to embed) becomes null. */
export function toIndexPoint(memory: Memory, searched: Searched, vector: Float32Array | null): IndexPoint {
  return toPoint(toSearchedContent(memory, searched), vector?.some((value) => value !== 0) ? vector : null);
}

/** Builds the point of a lexical index, which has no vectors. */
export function toWordPoint(content: SearchedContent): IndexPoint {
  return toPoint(content, null);
}

export function toSearchedContent(memory: Memory, { searchedText, session }: Searched): SearchedContent {
  return { ...toCandidateContent(memory), session, expiresAtMs: memory.expiresAt?.getTime() ?? null, searchedText };
}

function toPoint(content: SearchedContent, vector: Float32Array | null): IndexPoint {
  const { key, id, version, type, createdAtMs, payload, importance, importanceNorm } = content;
  const { session, expiresAtMs, searchedText, validity } = content;
  let text: TermVector | undefined;
  const others = otherText(payload, searchedText);
  return {
    key,
    id,
    version,
    type,
    createdAtMs,
    payload,
    importance,
    importanceNorm,
    session,
    expiresAtMs,
    ...(validity && { validity }),
    vector,
    // Only lexical indexes use this.
    get text() {
      return (text ??= analyzeText(searchedText, others));
    },
    ...((isLongText(searchedText) || isLongText(others)) && {
      analyze: async () => {
        text ??= await analyzeInTurns(searchedText, others);
      },
    }),
  };
}

/** Builds the content that recall ranks a memory by. */
export function toCandidateContent(memory: Memory): CandidateContent {
  const { key, id, version, type, createdAt, payload, importance, importanceNorm, validity } = memory;
  const createdAtMs = createdAt.getTime();
  const always = { key, id, version, type, createdAtMs, payload, importance, importanceNorm };
  return { ...always, writtenAtMs: memory.updatedAt.getTime(), ...(validity && { validity }) };
}
