import { once } from 'node:events';
import { stringifyJson } from '@sfm/memory';
import { harmless } from '../terminal/terminal.js';
import { standardOutputFailure } from '../terminal/standard-output.js';

/** Characters of JSON that could steer a terminal. */
const STEERING = /[\u007f-\u009f\u2028\u2029]/g;

/** What a command prints. Everything waits for a reader that is slow. */
export class Output {
  private readonly stream = process.stdout;

  /** What is written as it is. */
  async raw(part: string | Uint8Array): Promise<void> {
    const failure = standardOutputFailure();
    if (failure) throw failure;
    if (!this.stream.write(part)) await once(this.stream, 'drain');
  }

  /** Text of ours, which may have several lines. */
  async text(text: string): Promise<void> {
    await this.raw(`${text}\n`);
  }

  /** A value on one line. */
  async line(value: unknown): Promise<void> {
    await this.text(escaped(stringifyJson(value)));
  }

  /** A value for people and programs. */
  async json(value: unknown): Promise<void> {
    await this.text(escaped(stringifyJson(value, 2)));
  }

  async table(headings: readonly string[], rows: readonly (readonly unknown[])[]): Promise<void> {
    const { table } = await import('../terminal/table.js');
    await this.text(
      table(
        headings,
        rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '-' : String(cell)))),
      ),
    );
  }

  /** Says something beside the output. */
  note(text: string): void {
    process.stderr.write(`${text.split('\n').map(harmless).join('\n')}\n`);
  }
}

function escaped(json: string): string {
  return json.replaceAll(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
