/** Ends of sentences, seen by what follows them: a mark inside an address or a number ends none. */
const SENTENCE_END = /[.!?](?=["')\]]*(?:\s|$))|[。！？]/g;
const QUESTION_MARK = /\?(?=["')\]]*(?:\s|$))|？/;
const EXAMINED_CHARACTERS = 2000;

/** The text has a question (in the last part of a very long one). */
export function asks(text: string): boolean {
  return QUESTION_MARK.test(text.slice(-EXAMINED_CHARACTERS));
}

/** The last sentence of the text is a question. */
export function endsAsking(text: string): boolean {
  let last = '';
  for (const [mark] of text.slice(-EXAMINED_CHARACTERS).matchAll(SENTENCE_END)) last = mark;
  return last === '?' || last === '？';
}
