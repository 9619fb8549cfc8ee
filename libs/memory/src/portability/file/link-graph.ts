import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { BrokenLineError } from './text-lines.js';

/** Characters of the longest attribute or text. */
const MAX_TEXT = 65_536;
const MAX_DEPTH = 20;

/** An edge of a graph, with its data by name. */
export interface GraphEdge {
  readonly line: number;
  readonly source: string;
  readonly target: string;
  readonly data: ReadonlyMap<string, string>;
}

/**
 * Reads the edges of a GraphML document, keeping no more than one and the names of the keys. Document types are refused: an
 * entity could stand for any length of text.
 *
 * @throws BrokenLineError
 */
export async function* graphEdges(input: AsyncIterable<Uint8Array>): AsyncGenerator<GraphEdge> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const reader = new EdgeReader();
  for await (const chunk of input) {
    let text: string;
    try {
      text = utf8.decode(chunk, { stream: true });
    } catch {
      throw new BrokenLineError(reader.line, 'line', 'must be UTF-8');
    }
    yield* reader.feed(text);
  }
  yield* reader.end();
}

class EdgeReader {
  private readonly parser = new SaxesParser();
  private readonly names = new Map<string, string>();
  private found: GraphEdge[] = [];
  private edge: { line: number; source: string; target: string; data: Map<string, string> } | undefined;
  private key: string | undefined;
  private text = '';
  private depth = 0;
  private sinceTag = 0;

  constructor() {
    this.parser.on('doctype', () => this.fail('must have no document type'));
    this.parser.on('opentag', (tag) => this.open(tag));
    this.parser.on('closetag', ({ name }) => this.close(name));
    this.parser.on('text', (text) => this.key !== undefined && (this.text += text));
    this.parser.on('error', (error) => this.fail(`is no XML: ${error.message.slice(0, 200)}`));
  }

  get line(): number {
    return this.parser.line;
  }

  feed(text: string): readonly GraphEdge[] {
    // A tag or a text that does not end would be kept whole by the parser.
    for (let start = 0; start < text.length; start += MAX_TEXT) {
      const part = text.slice(start, start + MAX_TEXT);
      this.sinceTag += part.length;
      this.parser.write(part);
      if (this.sinceTag > 2 * MAX_TEXT) this.fail(`has a tag or a text of more than ${MAX_TEXT} characters`);
    }
    return this.take();
  }

  end(): readonly GraphEdge[] {
    this.parser.close();
    return this.take();
  }

  private take(): readonly GraphEdge[] {
    const { found } = this;
    this.found = [];
    return found;
  }

  private open({ name, attributes }: SaxesTagPlain): void {
    this.sinceTag = 0;
    if ((this.depth += 1) > MAX_DEPTH) this.fail('is nested too deeply');
    const { id, source, target, key } = attributes;
    if (name === 'key' && id !== undefined) this.names.set(id, attributes['attr.name'] ?? id);
    if (name === 'edge') {
      if (source === undefined || target === undefined) return this.fail('has an edge without source or target');
      this.edge = { line: this.line, source, target, data: new Map() };
    }
    if (name === 'data' && this.edge && key !== undefined) {
      this.key = key;
      this.text = '';
    }
    if (this.names.size > 1000) this.fail('has too many keys');
  }

  private close(name: string): void {
    this.sinceTag = 0;
    this.depth -= 1;
    if (name === 'data' && this.edge && this.key !== undefined) {
      this.edge.data.set(this.names.get(this.key) ?? this.key, this.text);
      this.key = undefined;
    }
    if (name !== 'edge' || !this.edge) return;
    this.found.push(this.edge);
    this.edge = undefined;
  }

  private fail(allowed: string): never {
    throw new BrokenLineError(this.line, 'line', allowed);
  }
}
