/** The lines of a text that comes in parts; a last one without an end is not given. */
export async function* linesOf(parts: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const part of parts) {
    const lines = (typeof part === 'string' ? part : decoder.decode(part, { stream: true })).split('\n');
    const last = lines.pop() ?? '';
    for (const [index, line] of lines.entries()) {
      yield index === 0 ? rest.join('') + line : line;
      if (index === 0) rest = [];
    }
    rest.push(last);
  }
}
