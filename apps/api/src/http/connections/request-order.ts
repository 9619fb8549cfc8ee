import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Most requests of one connection that wait; a client that sends more without an answer is cut off. */
const MAX_WAITING = 1000;

interface Waiting {
  readonly isSafe: boolean;
  readonly start: () => void;
}

/**
 * Runs the requests that a client sends on one connection without waiting for answers in their order: one that may
 * change something alone, safe ones together. HTTP orders the answers only, and a client that sends a store and then a
 * deletion means them in this order (RFC 9112, 9.3.2).
 */
export function keepRequestOrder(fastify: Pick<FastifyInstance, 'addHook'>): void {
  const lines = new WeakMap<Socket, Line>();
  fastify.addHook('onRequest', ({ raw, method }, reply, done) => {
    const { socket } = raw;
    let line = lines.get(socket);
    if (line === undefined) lines.set(socket, (line = new Line()));
    const own = line;
    const isSafe = SAFE.has(method);
    const start = () => {
      if (socket.destroyed) return;
      reply.raw.once('close', () => own.leave(isSafe));
      done();
    };
    if (own.mayPass(isSafe)) return own.pass({ isSafe, start });
    if (own.length >= MAX_WAITING) return void socket.destroy();
    own.wait({ isSafe, start: AsyncResource.bind(start) });
  });
}

/** The requests of one connection. */
class Line {
  private readonly waiting: Waiting[] = [];
  private safe = 0;
  private unsafe = 0;

  get length(): number {
    return this.waiting.length;
  }

  mayPass(isSafe: boolean): boolean {
    return this.waiting.length === 0 && this.hasRoomFor(isSafe);
  }

  pass({ isSafe, start }: Waiting): void {
    if (isSafe) this.safe += 1;
    else this.unsafe += 1;
    start();
  }

  wait(request: Waiting): void {
    this.waiting.push(request);
  }

  leave(isSafe: boolean): void {
    if (isSafe) this.safe -= 1;
    else this.unsafe -= 1;
    for (let next = this.waiting[0]; next && this.hasRoomFor(next.isSafe); next = this.waiting[0]) {
      this.waiting.shift();
      this.pass(next);
    }
  }

  private hasRoomFor(isSafe: boolean): boolean {
    return this.unsafe === 0 && (isSafe || this.safe === 0);
  }
}
