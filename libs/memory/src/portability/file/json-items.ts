import { BrokenLineError, type TextPiece } from './text-lines.js';

const WHITESPACE = new Set([' ', '\t', '\r', '\n', '\ufeff']);
const MAX_DEPTH = 1000;

/**
 * Splits a JSON document, or several one after the other, into the texts of its items, keeping no more than one: each
 * element of a list, each element of a list that is a field named in `lists` of the outermost object, or else each
 * outermost object as a whole. What stands beside such a list is passed over.
 *
 * The texts are only told apart, by brackets and quotation marks; whoever parses them finds out what is wrong with them.
 *
 * @throws BrokenLineError for an item that is too long, nested too deeply or not UTF-8, and an end within one
 */
export async function* jsonItems(
  input: AsyncIterable<Uint8Array>,
  { lists, maxBytes }: { readonly lists: readonly string[]; readonly maxBytes: number },
): AsyncGenerator<TextPiece> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const splitter = new ItemSplitter(new Set(lists), maxBytes);
  for await (const chunk of input) {
    let text: string;
    try {
      text = utf8.decode(chunk, { stream: true });
    } catch {
      throw new BrokenLineError(splitter.line, 'line', 'must be UTF-8');
    }
    yield* splitter.feed(text);
  }
  splitter.end();
}

class ItemSplitter {
  line = 1;
  private readonly open: ('{' | '[')[] = [];
  /** How many brackets are around an item: of the list or lists that hold it. */
  private base = 0;
  private isInText = false;
  private isEscaped = false;
  private kept = '';
  private startLine = 1;
  /** The last text at the level of the outermost object, which is a key when a list follows. */
  private lastText = '';
  private textStart = -1;
  /** The items of the outermost object were in a list of it: it is none itself. */
  private hasList = false;

  constructor(
    private readonly lists: ReadonlySet<string>,
    private readonly maxLength: number,
  ) {}

  *feed(text: string): Generator<TextPiece> {
    for (const character of text) {
      if (character === '\n') this.line += 1;
      if (this.isInText) this.takeInText(character);
      else yield* this.take(character);
      if (this.kept.length > this.maxLength) {
        throw new BrokenLineError(this.startLine, 'line', `must be at most ${this.maxLength} characters long`);
      }
    }
  }

  end(): void {
    if (this.open.length > 0 || this.isInText) throw new BrokenLineError(this.line, 'line', 'is cut off');
  }

  private takeInText(character: string): void {
    this.keep(character);
    if (this.isEscaped) this.isEscaped = false;
    else if (character === '\\') this.isEscaped = true;
    else if (character === '"') {
      this.isInText = false;
      if (this.textStart !== -1) this.lastText = this.kept.slice(this.textStart, -1);
      this.textStart = -1;
    }
  }

  private *take(character: string): Generator<TextPiece> {
    if (this.open.length === this.base && (WHITESPACE.has(character) || character === ',')) return;
    switch (character) {
      case '"':
        this.isInText = true;
        this.keep(character);
        if (this.open.length === 1 && this.base === 0) this.textStart = this.kept.length;
        return;
      case '[':
      case '{':
        return this.enter(character);
      case ']':
      case '}':
        yield* this.leave(character);
        return;
      default:
        if (this.open.length === this.base && this.base === 0) {
          throw new BrokenLineError(this.line, 'line', 'must be a JSON object');
        }
        this.keep(character);
    }
  }

  private enter(bracket: '[' | '{'): void {
    if (this.open.length >= MAX_DEPTH) throw new BrokenLineError(this.line, 'line', 'is nested too deeply');
    const isOutermostList = bracket === '[' && this.open.length === 0;
    const isNamedList =
      bracket === '[' &&
      this.base === 0 &&
      this.open.length === 1 &&
      this.open[0] === '{' &&
      this.lists.has(this.lastText);
    if (isOutermostList || isNamedList) {
      this.open.push(bracket);
      this.base = this.open.length;
      this.hasList = isNamedList;
      this.kept = '';
      return;
    }
    if (this.open.length === this.base) this.startLine = this.line;
    this.open.push(bracket);
    this.keep(bracket);
  }

  private *leave(bracket: ']' | '}'): Generator<TextPiece> {
    const opened = this.open.pop();
    if (opened !== (bracket === ']' ? '[' : '{')) throw new BrokenLineError(this.line, 'line', 'is no JSON');
    if (this.open.length < this.base) {
      // The list ends; of an object around it there may be more.
      this.base = 0;
      this.kept = '';
      this.lastText = '';
      return;
    }
    this.keep(bracket);
    if (this.open.length > this.base) return;
    const text = this.kept;
    this.kept = '';
    if (this.base === 0 && this.hasList) this.hasList = false;
    else yield { line: this.startLine, text };
  }

  private keep(character: string): void {
    this.kept += character;
  }
}
