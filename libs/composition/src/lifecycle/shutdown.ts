import type { LoggerService } from '@nestjs/common';

/** Clean shutdown: runs its steps once, in order, however often it is requested; ends the process after a timeout. */
export class Shutdown {
  private readonly steps: (() => Promise<void>)[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly logger: LoggerService,
    private readonly timeoutMs: number,
    /** Human-readable description of what the steps do with work in progress. */
    private readonly purpose: string,
  ) {}

  doFirst(step: () => Promise<void>): void {
    this.steps.unshift(step);
  }

  doLast(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  /** Runs the steps, then ends the process with the code, or with 1 when a step failed. */
  begin(code: number): Promise<void> {
    this.running ??= this.run(code);
    return this.running;
  }

  private async run(code: number): Promise<void> {
    this.logger.log(`stopping: ${this.purpose}`);
    setTimeout(() => {
      this.logger.error(`stopping took longer than ${this.timeoutMs} ms; ending at once`);
      process.exit(1);
    }, this.timeoutMs).unref();
    let exitCode = code;
    for (const step of this.steps) {
      await step().catch((err: unknown) => {
        exitCode = 1;
        this.logger.error({ msg: 'a step of stopping failed', err });
      });
    }
    this.logger.log('stopped');
    process.exit(exitCode);
  }
}
