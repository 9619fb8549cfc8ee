import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ENVELOPE_FIELDS, isJsonObject, isNumber, parseJson, type JsonObject } from '@sfm/memory';
import type { KeptItem } from './keeping.js';

/** Reads a file of payloads, one per line, as the reference does: what is no memory is skipped. */
export class MemoryLines {
  /** Lines that were skipped. */
  skipped = 0;
  /** Read so far, about. */
  bytes = 0;

  constructor(private readonly path: string) {}

  async *items(): AsyncGenerator<KeptItem> {
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(this.path), crlfDelay: Infinity })) {
      number += 1;
      this.bytes += line.length + 1;
      if (line.trim() === '') continue;
      const memory = memoryIn(line);
      if (memory) yield { name: `line ${number}`, memory };
      else this.skipped += 1;
    }
  }
}

function memoryIn(line: string): JsonObject | undefined {
  const flat = objectIn(line);
  const coordinate = flat?.['coordinate'];
  if (!flat || !Array.isArray(coordinate) || coordinate.length === 0 || !coordinate.every(isNumber)) return undefined;
  const payload = Object.fromEntries(Object.entries(flat).filter(([name]) => name === 'timestamp' || !isOurs(name)));
  return { coordinate, payload, type: flat['memory_type'] === 'semantic' ? 'semantic' : 'episodic' };
}

function objectIn(line: string): JsonObject | undefined {
  try {
    const value: unknown = parseJson(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOurs(name: string): boolean {
  return ENVELOPE_FIELDS.some((field) => field === name) || name === 'access_count';
}
