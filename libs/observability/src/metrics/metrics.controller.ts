import cluster from 'node:cluster';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { WorkerScrape } from './cluster-scrape.js';
import { ServiceMetrics } from './service-metrics.js';

/** Serves the registry in the text format of Prometheus. The module sets the path. */
@Controller()
export class MetricsController {
  /** Set when there are several workers: the scraped one answers for all. */
  private readonly workers: WorkerScrape | undefined;

  constructor(private readonly metrics: ServiceMetrics) {
    if (cluster.isWorker) this.workers = new WorkerScrape(metrics.registry);
  }

  @Get()
  async scrape(@Res({ passthrough: true }) reply: Pick<FastifyReply, 'header'>): Promise<string> {
    void reply.header('Content-Type', this.metrics.registry.contentType);
    return (await this.workers?.all()) ?? this.metrics.registry.metrics();
  }
}
