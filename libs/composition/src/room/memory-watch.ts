import type { LoggerService } from '@nestjs/common';
import { shareOf, usedShare, WARNED_SHARE, type Fill, type IndexRoom } from '@sfm/memory';

const EVERY_MS = 5000;
/** Below this share the warning is over: less would make it come and go with every request. */
const CALM_SHARE = WARNED_SHARE - 0.05;

/** Says in the log when this process has used most of the memory it may use, and when no longer. */
export class MemoryWatch {
  private timer: NodeJS.Timeout | undefined;
  private isWarned = false;

  constructor(
    private readonly room: Pick<IndexRoom, 'use'>,
    private readonly logger: Pick<LoggerService, 'log' | 'warn'>,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.look(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  look(): void {
    const { use } = this.room;
    const share = usedShare(use);
    const facts = { heap: percent(use.heap), process: percent(use.resident) };
    if (!this.isWarned && share >= WARNED_SHARE) {
      this.isWarned = true;
      this.logger.warn({
        msg:
          'memory is nearly used up: raise the limit (NODE_OPTIONS=--max-old-space-size=<MB> for the heap, the memory of ' +
          'the container for the process) or let Qdrant have the vectors, before recall must go without an index',
        ...facts,
      });
    } else if (this.isWarned && share < CALM_SHARE) {
      this.isWarned = false;
      this.logger.log({ msg: 'there is enough memory again', ...facts });
    }
  }
}

function percent(fill: Fill): string {
  return `${Math.round(shareOf(fill) * 100)} % of ${Math.round(fill.limitBytes / 1024 / 1024)} MB`;
}
