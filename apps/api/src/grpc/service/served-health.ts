import type { Server } from '@grpc/grpc-js';
import type { HealthReader } from '@sfm/edge';
import { HealthImplementation } from 'grpc-health-check';
import { COMPAT_SERVICE, V1_SERVICE } from '../interface/proto-files.js';

/** How often the state is looked at, which costs next to nothing. */
const LOOK_EVERY_MS = 3000;

/** The whole server, and its services by name. */
const NAMES = ['', COMPAT_SERVICE, V1_SERVICE];

/** `grpc.health.v1.Health`: serving while the service is ready, as `/readyz` tells. */
export class ServedHealth {
  private readonly health = new HealthImplementation(Object.fromEntries(NAMES.map((name) => [name, 'NOT_SERVING'])));
  private isServing = false;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly reader: Pick<HealthReader, 'read'>) {}

  addToServer(server: Server): void {
    this.health.addToServer(server);
  }

  /** Resolves when the first look was taken. */
  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  /** From now on nobody is to begin anything here. */
  stop(): void {
    this.isStopping = true;
    clearInterval(this.timer);
    this.tell(false);
  }

  private async look(): Promise<void> {
    const { obstacle } = await this.reader.read();
    if (!this.isStopping) this.tell(obstacle === undefined);
  }

  private tell(isServing: boolean): void {
    if (isServing === this.isServing) return;
    this.isServing = isServing;
    for (const name of NAMES) this.health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  }
}
