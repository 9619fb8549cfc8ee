import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ConsumerHealth, type ConsumerHealthReport } from './consumer-health.js';

/** A probe that waits longer than this for us counts us as dead, which a slow server behind us does not make us. */
const LIVENESS_WITHIN_MS = 500;

/** What probes ask. */
@Controller()
export class StatusController {
  constructor(private readonly health: ConsumerHealth) {}

  /** 200 while the process can answer; the booleans tell which parts do. */
  @Get('healthz')
  liveness(): Promise<ConsumerHealthReport> {
    return this.health.read(LIVENESS_WITHIN_MS);
  }

  /** 503 while events cannot be applied: not in the consumer group, or a store does not answer. */
  @Get('readyz')
  async readiness(@Res({ passthrough: true }) reply: Pick<FastifyReply, 'status'>): Promise<ConsumerHealthReport> {
    const report = await this.health.read();
    void reply.status(report.ready ? 200 : 503);
    return report;
  }
}
