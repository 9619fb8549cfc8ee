import { Controller, Get, Res } from '@nestjs/common';
import { Public } from '@sfm/auth';
import { MetricsController } from '@sfm/observability';
import type { FastifyReply } from 'fastify';
import { compatible } from '../wire/errors.dto.js';

/** `/metrics` without a token, as scrapers expect it. Hand it to `MetricsModule.register({ controller })`. */
@Controller()
@Public()
export class PublicMetricsController extends MetricsController {
  @Get()
  @compatible({
    id: 'metrics',
    tag: 'service',
    summary: 'Metrics in the Prometheus text format',
    answers: [{ status: 200, description: 'Metrics.', text: 'text/plain' }],
    open: true,
  })
  override scrape(@Res({ passthrough: true }) reply: Pick<FastifyReply, 'header'>): Promise<string> {
    return super.scrape(reply);
  }
}
