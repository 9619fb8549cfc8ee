import { isJsonObject, parseJson, type JsonObject } from '@sfm/memory';
import type { MemoryClient } from '../client/memory-client.js';
import { coordinateText, numberIn } from '../answers/fields.js';
import { linesOf } from './lines.js';
import { OutputFile } from './output-file.js';

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="type" for="edge" attr.name="type" attr.type="string"/>
  <key id="weight" for="edge" attr.name="weight" attr.type="double"/>
  <graph edgedefault="directed">
`;
const TAIL = `  </graph>
</graphml>
`;

/** Writes every link of a namespace as GraphML, as they are when it begins; resolves with how many there are. */
export async function writeGraph(client: MemoryClient, path: string, signal: AbortSignal): Promise<number> {
  const { parts } = await client.export({ include: [] });
  const file = new OutputFile(path, 'w');
  let links = 0;
  await file.write(HEAD);
  for await (const line of linesOf(parts)) {
    signal.throwIfAborted();
    // Only the lines of links are read: those of memories can be large.
    const link = line.includes('"kind":"link"') ? linkIn(line) : undefined;
    if (!link) continue;
    await file.write(edge(link));
    links += 1;
  }
  await file.write(TAIL);
  await file.close();
  return links;
}

function linkIn(line: string): JsonObject | undefined {
  const record: unknown = parseJson(line);
  return isJsonObject(record) && record['kind'] === 'link' ? record : undefined;
}

function edge({ from, to, type, weight }: JsonObject): string {
  const ends = `source="${node(from)}" target="${node(to)}"`;
  const data = `<data key="type">${escaped(String(type))}</data><data key="weight">${numberIn(weight)}</data>`;
  return `    <edge ${ends}>${data}</edge>\n`;
}

/** As the earlier service names its nodes: a Python tuple. */
function node(coordinate: JsonObject[string] | undefined): string {
  const parts = coordinateText(coordinate).split(',');
  return `(${parts.join(', ')}${parts.length === 1 ? ',' : ''})`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
