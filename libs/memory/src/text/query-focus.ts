/** Up to this many characters all of a query counts alike. */
const SHORT_QUERY = 800;
/** Characters at the end of a long one that count in full. */
const END = 400;
/** Questions in a long one that count in full, the last ones, and characters of each. */
const QUESTIONS = 3;
const QUESTION_CHARACTERS = 300;
const QUESTION_MARK = /[?？؟](?=["')\]]*(?:\s|$)|[^\u0000-\u007f])/g;
const BEFORE_SENTENCE = /[.!?。！？؟\n]/g;
/** Of a very long query so many characters before its end are searched for questions. */
const MAX_SEARCHED = 200_000;

/** What decides in a long query, and the rest of it. */
export interface QueryFocus {
  readonly focus: string;
  readonly rest: string;
}

/** Splits a query: a prompt of many pages asks what its end and its questions ask. A short query is all focus. */
export function queryFocus(query: string): QueryFocus {
  const text = query.trim();
  if (text.length <= SHORT_QUERY) return { focus: text, rest: '' };
  const from = endFrom(text);
  const before = text.slice(0, from);
  const searched = before.slice(-MAX_SEARCHED);
  const marks = [...searched.matchAll(QUESTION_MARK)].slice(-QUESTIONS);
  return {
    focus: [...marks.map(({ index }) => questionBefore(searched, index)), text.slice(from)].join('\n').toWellFormed(),
    rest: before.toWellFormed(),
  };
}

function questionBefore(text: string, mark: number): string {
  const before = text.slice(Math.max(0, mark - QUESTION_CHARACTERS), mark);
  const end = [...before.matchAll(BEFORE_SENTENCE)].at(-1);
  return before.slice(end ? end.index + 1 : 0).trim();
}

/** Where the end begins: behind a line or sentence if one ends there, else behind a space. */
function endFrom(text: string): number {
  const earliest = text.length - END;
  const end = text.slice(earliest);
  const cut = /[.!?。！？\n]\s+|\n/.exec(end) ?? /\s/.exec(end);
  return cut ? earliest + cut.index + cut[0].length : earliest;
}
