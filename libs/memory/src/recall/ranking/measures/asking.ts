/** Sentence ends, recognised by what follows them: a mark inside an address or a number does not end a sentence. */
const SENTENCE_END = /[.!?](?=["')\]]*(?:\s|$))|[。！？]/g;
const QUESTION_MARK = /\?(?=["')\]]*(?:\s|$))|？/;
const EXAMINED_CHARACTERS = 2000;

/** Returns whether the text contains a question (in the last part of a very long one). */
export function asks(text: string): boolean {
  return QUESTION_MARK.test(text.slice(-EXAMINED_CHARACTERS));
}

/** Returns whether the last sentence of the text is a question. */
export function endsAsking(text: string): boolean {
  let last = '';
  for (const [mark] of text.slice(-EXAMINED_CHARACTERS).matchAll(SENTENCE_END)) last = mark;
  return last === '?' || last === '？';
}
