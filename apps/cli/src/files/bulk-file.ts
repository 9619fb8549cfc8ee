import { readFile } from 'node:fs/promises';
import { isJsonObject, parseJson } from '@sfm/memory';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { KeptItem } from './keeping.js';

/** Reads a JSON array of `{coord, payload, type}`. @throws CommandError naming the item that is none */
export async function bulkItems(file: string): Promise<readonly KeptItem[]> {
  const text = await readFile(file, 'utf8');
  let list: unknown;
  try {
    list = parseJson(text);
  } catch (cause) {
    throw new CommandError(EXIT.failed, `${file} is not JSON: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
  if (!Array.isArray(list)) throw new CommandError(EXIT.failed, `${file} must hold a JSON array of memories`);
  return list.map((item: unknown, index) => {
    if (!isJsonObject(item)) throw new CommandError(EXIT.failed, `item ${index} of ${file} must be an object`);
    const { coord = null, payload = null, type } = item;
    const memory = { coordinate: coord, payload, type: type === 'semantic' ? type : 'episodic' };
    return { name: `item ${index}`, memory };
  });
}
