import { within } from '@sfm/observability';
import type { LoggerService } from '@nestjs/common';

/** How long each step may take that is left when the time is over: enough for a PostgreSQL to end at once. */
const LAST_STEPS_MS = 9000;

/**
 * Clean shutdown: runs its steps once, in order, however often it is requested. A step that is not done when the time is
 * over is left alone, and the others run all the same: what they stop would otherwise outlive the process.
 */
export class Shutdown {
  private readonly steps: (() => Promise<void>)[] = [];
  private readonly begun = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly logger: LoggerService,
    private readonly timeoutMs: number,
    /** Human-readable description of what the steps do with work in progress. */
    private readonly purpose: string,
  ) {}

  /** Aborted when the shutdown begins. */
  get signal(): AbortSignal {
    return this.begun.signal;
  }

  /** Puts a step in front of those that are left; it runs also when the shutdown has begun meanwhile. */
  doFirst(step: () => Promise<void>): void {
    this.steps.unshift(step);
  }

  doLast(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  /** Runs the steps, then ends the process with the code, or with 1 when a step failed or took too long. */
  begin(code: number): Promise<void> {
    this.running ??= this.run(code);
    return this.running;
  }

  private async run(code: number): Promise<void> {
    this.logger.log(`stopping: ${this.purpose}`);
    this.begun.abort();
    let exitCode = code;
    let leftMs = this.timeoutMs;
    let beganMs = performance.now();
    for (let step = this.steps.shift(); step !== undefined; step = this.steps.shift()) {
      const end = await this.outcomeOf(step, leftMs - (performance.now() - beganMs));
      if (end !== 'done') exitCode = 1;
      if (end !== 'late') continue;
      this.logger.error(`stopping took longer than ${this.timeoutMs} ms; what is under way is given up`);
      leftMs = LAST_STEPS_MS;
      beganMs = performance.now();
    }
    this.logger.log('stopped');
    process.exit(exitCode);
  }

  private async outcomeOf(step: () => Promise<void>, withinMs: number): Promise<'done' | 'failed' | 'late'> {
    const done = step().then(
      () => 'done' as const,
      (err: unknown) => {
        this.logger.error({ msg: 'a step of stopping failed', err });
        return 'failed' as const;
      },
    );
    return within<'done' | 'failed' | 'late'>(Math.max(0, withinMs), done, 'late');
  }
}
