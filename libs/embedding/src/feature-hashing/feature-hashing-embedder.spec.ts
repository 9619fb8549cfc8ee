import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeEmbedderContract, heapGrowth, turnsDuring } from '@sfm/memory/testing';
import { FeatureHashingEmbedder } from './feature-hashing-embedder.js';

describeEmbedderContract('FeatureHashingEmbedder', { create: async () => new FeatureHashingEmbedder() });

const embedder = new FeatureHashingEmbedder();

async function similarity(first: string, second: string): Promise<number> {
  const [a, b] = await embedder.embed([first, second]);
  return a?.reduce((sum, component, index) => sum + component * (b?.[index] ?? 0), 0) ?? NaN;
}

/** The bits of a vector, little-endian whatever the machine. */
function bitsHash(vector: Float32Array | undefined): string {
  const bytes = Buffer.alloc((vector?.length ?? 0) * 4);
  vector?.forEach((component, index) => bytes.writeFloatLE(component, index * 4));
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

describe('FeatureHashingEmbedder', () => {
  // These pin the meaning of `hash-v1`: when one changes, stored vectors no longer fit and the space needs a new name.
  it.each([
    ['The ferry leaves at noon.', 'd76e668dfe1d06da'],
    ['ferry ferry FERRY', '3f87e2d0f38696b0'],
    ['Müller paid 300 € for a 2nd-hand bicycle', '562f5cc91e790331'],
    ['天気がいいから散歩しましょう', '2dee338123b7e822'],
    ['हिन्दी में लिखा', '14390bb53b005407'],
  ])('gives the same bits for %j on every platform', async (text, expected) => {
    const [vector] = await embedder.embed([text]);
    expect(bitsHash(vector)).toBe(expected);
  });

  it('brings misspelled and inflected words close to the right ones, and unrelated words not', async () => {
    const unrelated = await similarity('harbour', 'telescope');
    expect(await similarity('harbour', 'harbor')).toBeGreaterThan(unrelated + 0.3);
    expect(await similarity('recommendation', 'recomendation')).toBeGreaterThan(unrelated + 0.4);
    expect(await similarity('painted', 'painting')).toBeGreaterThan(unrelated + 0.3);
    expect(Math.abs(unrelated)).toBeLessThan(0.2);
  });

  it('reads all of a long text, and lets others work meanwhile', async () => {
    const words = Array.from({ length: 40_000 }, (_, number) => `straße${number % 500}ΣΑΣ\u0301`);
    const spaced = words.join(' ');
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    const [whole] = await embedder.embed([spaced]);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(1);
    // A text without a space that could be cut at is read at once.
    expect(await embedder.embed([words.join('-')])).toEqual([whole]);
    expect(await similarity(`${'lorem ipsum '.repeat(20_000)} tangerine`, 'tangerine')).toBeGreaterThan(
      await similarity('lorem ipsum '.repeat(20_000), 'tangerine'),
    );
  });

  it('does not care about case, width or composition of letters', async () => {
    expect(await similarity('Café №5', 'ＣＡＦＥ\u0301 No5')).toBeCloseTo(1, 6);
  });

  it('finds a part of a sentence in a script without spaces', async () => {
    expect(await similarity('東京', '昨日東京で会いました')).toBeGreaterThan(
      (await similarity('大阪', '昨日東京で会いました')) + 0.1,
    );
  });

  it('does not take numbers for similar because they share digits', async () => {
    expect(Math.abs(await similarity('2023', '2024'))).toBeLessThan(0.2);
  });

  it('counts repeated words less and less', async () => {
    const once = await similarity('ferry lighthouse', 'ferry');
    const often = await similarity('ferry ferry ferry ferry lighthouse', 'ferry');
    expect(often).toBeGreaterThan(once);
    expect(often).toBeLessThan(0.95);
  });

  it('gives the same vector whether a word is new, known or forgotten', async () => {
    const small = new FeatureHashingEmbedder({ dimension: 64 });
    const [first] = await small.embed(['lighthouse keeper']);
    for (let start = 0; start < 55_000; start += 5000) {
      await small.embed([Array.from({ length: 5000 }, (_, number) => String(start + number)).join(' ')]);
    }
    expect(await small.embed(['lighthouse keeper'])).toEqual([first]);
  });

  it('keeps no text alive for the sake of a word', async () => {
    const growth = await heapGrowth(async () => {
      for (let number = 0; number < 200; number += 1) {
        await embedder.embed([`${'of the '.repeat(14_000)}lighthousekeeper${number}`]);
      }
    });
    expect(growth).toBeLessThan(5_000_000);
  });

  it('names its space by the dimension and refuses impossible ones', () => {
    expect(new FeatureHashingEmbedder({ dimension: 64 }).space).toBe('hash-v1:64');
    for (const dimension of [0, -1, 1.5, NaN])
      expect(() => new FeatureHashingEmbedder({ dimension })).toThrow(RangeError);
  });
});

it('many different words are hashed with turns for others, whose texts do not mix with them', async () => {
  const words = (start: number) => Array.from({ length: 20_000 }, (_, index) => `w${start + index}`).join(' ');
  const [first, second] = [words(0), words(20_000)];
  const alone = [await embedder.embed([first]), await embedder.embed([second])];
  const together: (readonly Float32Array[])[] = [];
  const turns = await turnsDuring(async () => {
    together.push(...(await Promise.all([embedder.embed([first]), embedder.embed([second]), embedder.embed(['x'])])));
  });
  expect(turns).toBeGreaterThan(10);
  expect(together.slice(0, 2).map(([vector]) => bitsHash(vector))).toEqual(alone.map(([vector]) => bitsHash(vector)));
});
