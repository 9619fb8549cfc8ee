import { expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, toNamespace, toWordPoint } from '@sfm/memory';
import { aPoint, turnsDuring } from '@sfm/memory/testing';
import { EmbeddedLexicalIndex } from './embedded-lexical-index.js';

it('a long text is analysed with turns for others, and found', async () => {
  const index = new EmbeddedLexicalIndex();
  const namespace = toNamespace('ns');
  const searchedText = Array.from({ length: 60_000 }, (_, number) => `word${number}`).join(' ');
  const point = toWordPoint({ ...aPoint({ key: '1' }), searchedText });
  expect(await turnsDuring(() => index.apply(namespace, [{ kind: 'upsert', point }]))).toBeGreaterThan(15);
  const found = await index.search(namespace, { terms: ['=word59999'], limit: 1, nowMs: Date.now() }, EMPTY_OVERLAY);
  expect(found).toMatchObject([{ key: '1' }]);
});
