import {
  ENVELOPE_FIELDS,
  InvalidRequestError,
  isJsonObject,
  isNumber,
  parseJson,
  stringifyJson,
  toDouble,
  type JsonObject,
} from '@sfm/memory';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { Reading } from './reading.js';
import type { BulkItem, Storing } from './storing.js';

/** Memories that are stored together. */
const TOGETHER = 500;

/** Writes memories to a file and takes them from one: a memory a line, as the library gives it back. */
export class Files {
  constructor(
    private readonly reading: Pick<Reading, 'iterMemories'>,
    private readonly storing: Pick<Storing, 'storeMemoriesBulk' | 'deleteMany'>,
  ) {}

  /** Resolves with the number of memories written. */
  async exportMemories(path: string): Promise<number> {
    const file = createWriteStream(path);
    let count = 0;
    for await (const memory of this.reading.iterMemories()) {
      if (!file.write(`${stringifyJson(memory)}\n`)) await once(file, 'drain');
      count += 1;
    }
    file.end();
    await finished(file);
    return count;
  }

  /**
   * Resolves with the number of memories stored. The whole file is looked at before the first is.
   *
   * @throws InvalidRequestError naming the line that holds no memory; nothing was stored
   */
  async importMemories(path: string, replace: boolean): Promise<number> {
    for await (const _ of memoriesIn(path));
    let count = 0;
    let waiting: BulkItem[] = [];
    const store = async () => {
      if (replace) await this.storing.deleteMany(waiting.map(([coordinate]) => coordinate));
      await this.storing.storeMemoriesBulk(waiting);
      count += waiting.length;
      waiting = [];
    };
    for await (const item of memoriesIn(path)) {
      waiting.push(item);
      if (waiting.length === TOGETHER) await store();
    }
    if (waiting.length > 0) await store();
    return count;
  }
}

async function* memoriesIn(path: string): AsyncGenerator<BulkItem> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() !== '') yield memoryOf(line, number);
  }
}

function memoryOf(line: string, number: number): BulkItem {
  const memory = parsed(line, number);
  const coordinate = memory['coordinate'];
  if (!Array.isArray(coordinate) || coordinate.length === 0 || !coordinate.every(isNumber)) {
    throw new InvalidRequestError(`line ${number}`, 'must have a coordinate: a list of numbers');
  }
  const kept = Object.entries(memory).filter(([name]) => name === 'timestamp' || !isOurs(name));
  const type = memory['memory_type'] === 'semantic' ? 'semantic' : 'episodic';
  return [coordinate.map((number) => toDouble(number) ?? NaN), Object.fromEntries(kept), type];
}

function parsed(line: string, number: number): JsonObject {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw new InvalidRequestError(`line ${number}`, 'must be JSON');
  }
  if (isJsonObject(value)) return value;
  throw new InvalidRequestError(`line ${number}`, 'must be an object');
}

function isOurs(name: string): boolean {
  return ENVELOPE_FIELDS.some((field) => field === name) || name === 'access_count';
}
