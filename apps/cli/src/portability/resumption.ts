import { createReadStream } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { isJsonObject, parseJson, type ExportExtra } from '@sfm/memory';
import { CommandError, EXIT } from '../ending/exit-codes.js';

/** What an export that goes on has to be the same in. */
export interface ExportNote {
  readonly position: string;
  readonly include: readonly ExportExtra[];
  readonly namespace: string | null;
}

const LINE_END = 10;

/** What is known of an export to a file until it is whole; lies beside the file. */
export class Resumption {
  private readonly notePath: string;

  constructor(private readonly file: string) {
    this.notePath = `${file}.resume`;
  }

  async note(note: ExportNote): Promise<void> {
    await writeFile(this.notePath, JSON.stringify(note));
  }

  async forget(): Promise<void> {
    await rm(this.notePath, { force: true });
  }

  /** @throws CommandError unless an export to this file was broken off */
  async read(): Promise<ExportNote> {
    try {
      return JSON.parse(await readFile(this.notePath, 'utf8')) as ExportNote;
    } catch (cause) {
      throw new CommandError(EXIT.failed, `no export to ${this.file} was broken off: ${this.notePath} is not there`, {
        cause,
      });
    }
  }

  /** Cuts the file behind its last checkpoint; resolves with `after` of that, undefined when there is none. */
  async cutBehindCheckpoint(): Promise<string | undefined> {
    let [after, end]: [string | undefined, number] = [undefined, 0];
    for await (const { line, endsAt } of linesIn(this.file)) {
      const found = afterIn(line);
      if (found !== undefined) [after, end] = [found, endsAt];
    }
    await truncate(this.file, end);
    return after;
  }
}

function afterIn(line: Buffer): string | undefined {
  if (!line.includes('"kind":"checkpoint"')) return undefined;
  const record: unknown = parseJson(line.toString());
  if (!isJsonObject(record) || record['kind'] !== 'checkpoint') return undefined;
  return typeof record['after'] === 'string' ? record['after'] : undefined;
}

async function* linesIn(file: string): AsyncGenerator<{ readonly line: Buffer; readonly endsAt: number }> {
  let waiting: Buffer[] = [];
  let offset = 0;
  for await (const read of createReadStream(file)) {
    const chunk = read as Buffer;
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
      yield { line: Buffer.concat([...waiting, chunk.subarray(from, end)]), endsAt: offset + end + 1 };
      waiting = [];
      from = end + 1;
    }
    waiting.push(chunk.subarray(from));
    offset += chunk.length;
  }
}
