import { AnswerSize, nextTurn } from '@sfm/memory';
import type { FastifyInstance } from 'fastify';

/** Answers up to so many characters are written in well under a millisecond, and need no turn. */
const SMALL_CHARACTERS = 64 * 1024;

/**
 * Measures answers before they are written, and has large ones that are ready together written one per turn of the event loop,
 * so that others are answered in between. One that is too large is refused.
 */
export function writeAnswersInTurns(fastify: Pick<FastifyInstance, 'addHook'>): void {
  let last: Promise<void> = Promise.resolve();
  fastify.addHook('preSerialization', async (_request, _reply, payload: unknown) => {
    const size = new AnswerSize();
    await size.addInTurns(payload);
    if (size.characters > SMALL_CHARACTERS) {
      last = last.then(nextTurn);
      await last;
    }
    return payload;
  });
}
