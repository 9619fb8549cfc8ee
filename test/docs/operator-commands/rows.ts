import { read } from '../known-names.js';

const PAGE = 'docs/operator-commands.md';
const FULLNAME = 'soma-memory-somafractalmemory';

/** A row of a table of `docs/operator-commands.md`. */
export interface Row {
  /** The document, as its heading names it, with the section. */
  readonly place: string;
  /** The commands as their document has them. */
  readonly typed: readonly string[];
  /** What became of them: `the same`, or something else. */
  readonly here: string;
  /** The commands that take their place. */
  readonly instead: readonly string[];
  readonly checkedBy: string;
}

/** Every row with a command, in the order of the page. */
export function operatorRows(text = read(PAGE)): readonly Row[] {
  return text.split(/^## /m).flatMap((part) => {
    const [title = ''] = part.split('\n');
    const lines = part.split('\n').filter((line) => /^\|/.test(line));
    if (!lines[0]?.includes('| Command')) return [];
    return lines.slice(2).map((line) => {
      const [section = '', command = '', here = '', checkedBy = ''] = cellsOf(line);
      return {
        place: `${title} ${section}`,
        typed: spansOf(command),
        here,
        instead: spansOf(here),
        checkedBy,
      };
    });
  });
}

/** True when the command of the document is what one types here. */
export function isTheSame({ here }: Row): boolean {
  return /^the same\b/.test(here);
}

function cellsOf(line: string): string[] {
  return line
    .replaceAll('\\|', '\u0000')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\u0000', '|'));
}

/** What is written as code, with the names that are left out put in. */
function spansOf(cell: string): string[] {
  const code = [...cell.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
  const links = [...cell.matchAll(/<(http[^>]+)>/g)].map(([, url = '']) => url);
  return [...code, ...links].map((span) => span.replaceAll(/…(?=-[a-z])/g, FULLNAME).trim());
}
