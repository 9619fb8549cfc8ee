import { freePort } from '../../services/lifetime/free-port.js';
import { RunningProgram } from './running-program.js';

/** The consumer as a user runs it; its health and metrics answer on `url`. */
export class RunningConsumer extends RunningProgram {
  /** Starts it and resolves when it is ready to apply events. */
  static async start(settings: Readonly<Record<string, string>>): Promise<RunningConsumer> {
    const consumer = await RunningConsumer.prepare(settings);
    await consumer.launch().catch(async (error: unknown) => {
      await consumer.dispose();
      throw error;
    });
    return consumer;
  }

  /** A consumer with its port, not started yet. */
  static async prepare(settings: Readonly<Record<string, string>>): Promise<RunningConsumer> {
    const port = await freePort();
    const own = { CONSUMER_METRICS_PORT: String(port), SOMA_LOG_FORMAT: 'json' };
    return new RunningConsumer('consumer', port, { ...own, ...settings });
  }

  async dispose(): Promise<void> {
    await this.signal('SIGTERM');
  }
}
