const WORD = /(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/g;
const PART = /"((?:[^"\\]|\\.)*)"|'([^']*)'|([^"']+)/g;

/** The words of a command of a shell up to its first pipe, without expanding anything. */
export function shellWords(command: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of command.matchAll(WORD)) {
    if (/^[|;&]+$/.test(word)) break;
    const parts = [...word.matchAll(PART)].map(
      ([, double, single, plain]) => double?.replaceAll(/\\(.)/g, '$1') ?? single ?? plain ?? '',
    );
    words.push(parts.join(''));
  }
  return words;
}

/** The value after an option, in either way of writing it. */
export function optionOf(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word)) return words[index + 1];
    const [name = '', ...rest] = word.split('=');
    if (names.includes(name) && rest.length > 0) return rest.join('=');
  }
  return undefined;
}
