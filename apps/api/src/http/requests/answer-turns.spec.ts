import { describe, expect, it } from '@jest/globals';
import { AnswerTooLargeError } from '@sfm/memory';
import fastify from 'fastify';
import { writeAnswersInTurns } from './answer-turns.js';

const large = (count: number) => ({
  list: Array.from({ length: count }, (_, index) => ({ [`key${index}`]: 'x'.repeat(90) })),
});

function server() {
  const app = fastify();
  const errors: unknown[] = [];
  let turns = 0;
  writeAnswersInTurns(app);
  app.setReplySerializer((body) => {
    turns += 1;
    return JSON.stringify(body);
  });
  app.setErrorHandler((error, _request, reply) => {
    errors.push(error);
    void reply.code(422).send({ refused: true });
  });
  app.get('/small', () => ({ small: true }));
  app.get('/large', () => large(5000));
  app.get('/endless', () => large(200_000));
  return { app, errors, turnsSoFar: () => turns };
}

describe('answers', () => {
  it('come as they are, whatever their size, with others between large ones', async () => {
    const { app, turnsSoFar } = server();
    const seen: number[] = [];
    const watch = setInterval(() => seen.push(turnsSoFar()), 0);
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.inject('/large')));
    clearInterval(watch);
    for (const answer of answers) expect(answer.json()).toEqual(large(5000));
    // Somebody else had a turn while only some were written.
    expect(seen.some((turns) => turns > 0 && turns < 20)).toBe(true);
    expect((await app.inject('/small')).json()).toEqual({ small: true });
  });

  it('are refused when they are too large, and others are not', async () => {
    const { app, errors } = server();
    const [endless, small] = await Promise.all([app.inject('/endless'), app.inject('/small')]);
    expect([endless.statusCode, small.statusCode]).toEqual([422, 200]);
    expect(errors).toEqual([expect.any(AnswerTooLargeError)]);
  });
});
