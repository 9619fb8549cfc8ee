import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ConsumerHealth, type ConsumerHealthReport } from './consumer-health.js';

/** Probes that wait longer count the process as dead, although a slow backend does not make it so. */
const LIVENESS_WITHIN_MS = 500;

/** Routes for probes. */
@Controller()
export class StatusController {
  constructor(private readonly health: ConsumerHealth) {}

  /** Returns 200 while the process can answer; the booleans report which parts are healthy. */
  @Get('healthz')
  liveness(): Promise<ConsumerHealthReport> {
    return this.health.read(LIVENESS_WITHIN_MS);
  }

  /** Returns 503 while events cannot be applied: not in the consumer group, or a store does not answer. */
  @Get('readyz')
  async readiness(@Res({ passthrough: true }) reply: Pick<FastifyReply, 'status'>): Promise<ConsumerHealthReport> {
    const report = await this.health.read();
    void reply.status(report.ready ? 200 : 503);
    return report;
  }
}
