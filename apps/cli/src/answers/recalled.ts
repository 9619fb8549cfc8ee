import { enrichedPayload, type JsonObject, type JsonValue } from '@sfm/memory';
import { coordinateText, excerptOf, numberIn, objectIn, objectsIn } from './fields.js';

/** Memories of an answer as the reference shows them: the payload with its coordinate, type, importance and time. */
export function payloadsOf(memories: JsonValue | undefined): readonly JsonObject[] {
  return objectsIn(memories).map((memory) => payloadOf(memory));
}

export function payloadOf(memory: JsonObject): JsonObject {
  const { payload, type, coordinate, importance_norm: importanceNorm, updated_at: updatedAt } = memory;
  return enrichedPayload({
    payload: objectIn(payload),
    type: type === 'semantic' ? 'semantic' : 'episodic',
    coordinate: Array.isArray(coordinate) ? coordinate.map(numberIn) : [],
    importanceNorm: numberIn(importanceNorm),
    timeMs: Date.parse(String(updatedAt)),
  });
}

export function explainedRows({ hits }: JsonObject): readonly (readonly string[])[] {
  return objectsIn(hits).map(({ score, coordinate, type, explanation, payload }) => {
    const { lanes, contributions } = objectIn(explanation);
    const places = objectsIn(lanes).map(({ lane, rank }) => `${String(lane)} #${numberIn(rank)}`);
    const parts = objectsIn(contributions).map(
      ({ signal, contribution }) => `${String(signal)} ${numberIn(contribution).toFixed(3)}`,
    );
    return [
      numberIn(score).toFixed(4),
      coordinateText(coordinate),
      String(type),
      places.join(', '),
      parts.join(' + '),
      excerptOf(payload),
    ];
  });
}
