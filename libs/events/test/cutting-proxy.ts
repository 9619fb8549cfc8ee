import { connect, type Socket } from 'node:net';
import { RawServer } from './raw-server.js';

/** Stands before a server and resets a connection in the middle of an answer when told to. */
export class CuttingProxy {
  cuts = 0;
  private share: number | undefined;

  private constructor(private readonly target: { readonly host: string; readonly port: number }) {}

  static async start(
    broker: string,
    awaitReceived: (client: Socket) => Promise<void>,
  ): Promise<{ readonly proxy: CuttingProxy; readonly server: RawServer }> {
    const [host = '', port = ''] = broker.split(':');
    const proxy = new CuttingProxy({ host, port: Number(port) });
    const server = await RawServer.start((client) => proxy.join(client, awaitReceived));
    return { proxy, server };
  }

  /** Of the next answer, only this share is passed on. */
  cutNext(share: number): void {
    this.share = share;
  }

  private join(client: Socket, awaitReceived: (client: Socket) => Promise<void>): void {
    const target = connect(this.target);
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
    target.on('close', () => client.end());
    client.on('data', (chunk: Buffer) => target.write(chunk));
    target.on('data', (chunk: Buffer) => {
      const { share } = this;
      if (share === undefined) return void client.write(chunk);
      this.share = undefined;
      this.cuts += 1;
      target.pause();
      client.write(chunk.subarray(0, Math.ceil(chunk.length * share)));
      void awaitReceived(client).finally(() => client.resetAndDestroy());
    });
  }
}
