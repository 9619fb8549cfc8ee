const SHORTEST_WORD = 4;

/** Returns what a question names word for word: quoted phrases, hexadecimal numbers, words of four letters and more. */
export function termsOf(question: string): readonly string[] {
  const phrases = [...question.matchAll(/"([^"]+)"/g)].map(([, phrase = '']) => phrase);
  const numbers = question.match(/\b0x[0-9a-f]+\b/gi) ?? [];
  const words = (question.match(/[\w-]+/g) ?? []).filter((word) => word.length >= SHORTEST_WORD);
  return [...new Set([...phrases, ...numbers, ...words])];
}
