import { fullMemoryView, hitView, memoryView } from '@sfm/edge';
import type { Memory, RecallHit } from '@sfm/memory';
import { jsonText } from './json-text.js';

/** A message `Coordinate`. */
export function coordinateMessage(values: readonly number[]) {
  return { values: [...values] };
}

/** The fields of a memory that every answer shows. */
export function memoryMessage(memory: Memory) {
  return toMessage(memoryView(memory));
}

/** A whole memory. */
export function fullMemoryMessage(memory: Memory) {
  const { content_hash, last_accessed_at, access_count, expires_at, ...view } = fullMemoryView(memory);
  return {
    ...toMessage(view),
    content_hash,
    access_count,
    ...(last_accessed_at === null ? {} : { last_accessed_at }),
    ...(expires_at === null ? {} : { expires_at }),
  };
}

export function hitMessage(hit: RecallHit) {
  const { score, explanation, tokens, collapsed } = hitView(hit);
  return {
    memory: memoryMessage(hit.memory),
    score,
    ...(explanation ? { explanation_json: jsonText(explanation) } : {}),
    ...(tokens === undefined ? {} : { tokens }),
    ...(collapsed ? { collapsed_json: jsonText(collapsed) } : {}),
  };
}

/** Null is told by absence. */
function toMessage({
  coordinate,
  payload,
  importance,
  supersedes,
  superseded_by,
  ...rest
}: ReturnType<typeof memoryView>) {
  return {
    ...rest,
    coordinate: coordinateMessage(coordinate),
    payload_json: jsonText(payload),
    ...(importance === null ? {} : { importance }),
    ...(supersedes ? { supersedes: supersedes.map(coordinateMessage) } : {}),
    ...(superseded_by ? { superseded_by: superseded_by.map(coordinateMessage) } : {}),
  };
}
