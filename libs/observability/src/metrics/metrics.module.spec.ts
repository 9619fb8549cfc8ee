import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpException, Param, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { installHttpMetrics } from './http-metrics.hook.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsModule } from './metrics.module.js';
import { ServiceMetrics } from './service-metrics.js';

@Controller()
class SampleController {
  @Get('items/:id')
  item(@Param('id') id: string) {
    if (id === 'missing') throw new HttpException({ detail: 'Not Found' }, 404);
    return { id };
  }

  @Post('items')
  create() {
    throw new Error('broken');
  }
}

class OwnMetricsController extends MetricsController {}

describe('metrics', () => {
  let application: NestFastifyApplication;
  let metrics: ServiceMetrics;

  const scrape = async () => (await application.inject({ method: 'GET', url: '/metrics' })).payload;
  const call = (url: string, method: 'GET' | 'POST' = 'GET') => application.inject({ method, url });

  beforeEach(async () => {
    const testing = await Test.createTestingModule({
      imports: [MetricsModule.register({ controller: OwnMetricsController })],
      controllers: [SampleController],
    }).compile();
    application = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    metrics = application.get(ServiceMetrics);
    installHttpMetrics(application.getHttpAdapter().getInstance(), metrics);
    await application.init();
    await application.getHttpAdapter().getInstance().ready();
  });
  afterEach(() => application.close());

  it('are served in the text format, process metrics included', async () => {
    const response = await application.inject({ method: 'GET', url: '/metrics' });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(response.payload).toContain('process_cpu_seconds_total');
  });

  it('count and time requests by route pattern, method and status', async () => {
    await call('/items/1');
    await call('/items/2');
    await call('/items/missing');
    await call('/items', 'POST');
    const page = await scrape();
    expect(page).toContain('api_requests_total{endpoint="/items/:id",method="GET"} 3');
    expect(page).toContain('api_responses_total{endpoint="/items/:id",method="GET",status="200"} 2');
    expect(page).toContain('api_responses_total{endpoint="/items/:id",method="GET",status="404"} 1');
    expect(page).toContain('api_responses_total{endpoint="/items",method="POST",status="500"} 1');
    expect(page).toContain('api_request_latency_seconds_count{endpoint="/items/:id",method="GET"} 3');
    expect(page).toContain('api_request_latency_seconds_bucket{le="0.005",endpoint="/items/:id",method="GET"}');
    expect(page).toMatch(/http_404_requests_total 1\n/);
  });

  it('keep unknown paths in one series, however many are tried', async () => {
    for (let attempt = 0; attempt < 20; attempt++) await call(`/nowhere/${attempt}`);
    const page = await scrape();
    expect(page).toContain('api_responses_total{endpoint="unmatched",method="GET",status="404"} 20');
    expect(page).not.toContain('/nowhere/');
  });

  it('observe what the core reports, in seconds', async () => {
    metrics.observeStore(3);
    metrics.observeRecall(20);
    metrics.observeLane('lexical', 1);
    metrics.observeBatch(100);
    metrics.countIndexed('applied', 4);
    metrics.countIndexed('skipped', 0);
    const page = await scrape();
    expect(page).toContain('soma_store_latency_seconds_sum 0.003');
    expect(page).toContain('soma_recall_latency_seconds_sum 0.02');
    expect(page).toContain('soma_recall_lane_latency_seconds_count{lane="lexical"} 1');
    expect(page).toContain('soma_write_batch_size_sum 100');
    expect(page).toContain('soma_index_events_total{outcome="applied"} 4');
    // From the start, so that the first one is an increase.
    expect(page).toContain('soma_index_events_total{outcome="poisoned"} 0');
  });

  it('ask for gauges at the scrape, and live with sources that fail or hang', async () => {
    let depth = 7;
    metrics.registerGauges({ outboxDepth: () => depth, overlaySize: () => Promise.resolve(2) });
    metrics.registerGauges({
      indexPoints: () => new Map([['api_ns', 12]]),
      oldestUnindexedAgeSeconds: () => Promise.reject(new Error('store is down')),
    });
    expect(await scrape()).toMatch(/soma_outbox_depth 7\n/);
    depth = 8;
    metrics.registerGauges({ overlaySize: () => new Promise(() => {}) });
    const page = await scrape();
    expect(page).toMatch(/soma_outbox_depth 8\n/);
    expect(page).toMatch(/soma_overlay_size Nan\n/i);
    expect(page).toMatch(/soma_oldest_unindexed_age_seconds Nan\n/i);
    expect(page).toContain('soma_index_points{namespace="api_ns"} 12');
  });

  it('of two applications in one process do not mix', async () => {
    const other = await Test.createTestingModule({ imports: [MetricsModule.register()] }).compile();
    other.get(ServiceMetrics).observeBatch(5);
    expect(await scrape()).toContain('soma_write_batch_size_count 0');
    await other.close();
  });
});
