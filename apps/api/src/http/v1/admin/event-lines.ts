import { Readable } from 'node:stream';

/** How long a reader may take nothing before it counts as gone. */
const PATIENCE_MS = 60_000;

/** Lines of JSON for a reader who may be slower than what is told; `stream` is what it reads. */
export class EventLines {
  readonly stream: Readable;
  private isFull = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly patienceMs = PATIENCE_MS) {
    this.stream = new Readable({ read: () => this.letIn() });
    this.stream.once('close', () => this.letIn());
  }

  add(event: object): void {
    if (!this.stream.destroyed) this.isFull = !this.stream.push(`${JSON.stringify(event)}\n`);
  }

  end(): void {
    if (!this.stream.destroyed) this.stream.push(null);
  }

  /**
   * Resolves when the reader has taken most of what was added, or is gone. Whoever awaits this between portions keeps no
   * more than a portion waiting.
   *
   * @throws Error when the reader takes nothing for too long
   */
  async whenRead(): Promise<void> {
    if (!this.isFull || this.stream.destroyed) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(goOn);
        reject(new Error('the client does not read what it asked for'));
      }, this.patienceMs).unref();
      const goOn = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.add(goOn);
    });
  }

  private letIn(): void {
    this.isFull = false;
    for (const goOn of this.waiting) goOn();
    this.waiting.clear();
  }
}
