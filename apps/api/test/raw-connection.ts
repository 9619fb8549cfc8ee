import { connect, type Socket } from 'node:net';
import { waitFor } from '../../../test/services/lifetime/wait-for.js';

/** A connection to a server, for what no HTTP client sends. */
export class RawConnection {
  /** Everything that was answered. */
  received = '';
  isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (data) => (this.received += data.toString()));
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', () => undefined);
  }

  static to(port: number): RawConnection {
    return new RawConnection(connect(port, '127.0.0.1'));
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Stops reading with what comes first. */
  readNoFurther(): void {
    this.socket.once('data', () => this.socket.pause());
  }

  /** Resolves with the statuses when so many answers have begun to come. */
  async answers(count: number): Promise<readonly number[]> {
    await waitFor(() => this.statuses().length >= count || this.isClosed, {
      timeoutMs: 20_000,
      what: () => `answers: ${this.received}`,
    });
    return this.statuses();
  }

  /** Resolves with all that was answered when the server has closed the connection. */
  async closed(): Promise<string> {
    await waitFor(() => this.isClosed, { timeoutMs: 20_000, what: () => `the server to hang up: ${this.received}` });
    return this.received;
  }

  hangUp(): void {
    this.socket.destroy();
  }

  private statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }
}
