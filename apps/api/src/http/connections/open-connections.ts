import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The connections of a server, and what is not answered yet on each. */
export class OpenConnections {
  private readonly requests = new Map<Socket, Set<IncomingMessage>>();

  constructor(server: Server, fastify: Pick<FastifyInstance, 'addHook'>) {
    server.on('connection', (socket) => void this.of(socket));
    fastify.addHook('onRequest', ({ raw }, reply, done) => {
      const requests = this.of(raw.socket);
      requests.add(raw);
      reply.raw.once('close', () => requests.delete(raw));
      done();
    });
  }

  /**
   * Closes every connection on which nobody waits for an answer: idle ones, and those whose request has not come
   * completely, which nothing was done for yet.
   */
  dropUnfinished(): void {
    for (const [socket, requests] of this.requests) {
      if (![...requests].some(({ complete }) => complete)) socket.destroy();
    }
  }

  private of(socket: Socket): Set<IncomingMessage> {
    let requests = this.requests.get(socket);
    if (requests === undefined) {
      if (socket.destroyed) return new Set();
      this.requests.set(socket, (requests = new Set()));
      socket.once('close', () => this.requests.delete(socket));
    }
    return requests;
  }
}
