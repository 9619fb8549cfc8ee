import { describeLexicalIndexContract, describeWordsContract } from '@sfm/memory/testing';
import { EmbeddedLexicalIndex } from './embedded-lexical-index.js';

describeLexicalIndexContract('EmbeddedLexicalIndex', {
  create: async () => new EmbeddedLexicalIndex({ k1: 1.2, b: 0.75 }),
});

describeWordsContract('EmbeddedLexicalIndex', { create: async () => new EmbeddedLexicalIndex() });
