import { Controller, Get, Res } from '@nestjs/common';
import { Public } from '@sfm/auth';
import { HealthReader, type HealthReport } from '@sfm/edge';
import type { FastifyReply } from 'fastify';
import { HttpOptions } from '../../options/http-options.js';
import { compatible } from '../wire/errors.dto.js';
import { HealthSchema, LivenessSchema, UnreadinessSchema } from './service.dto.js';

const TAG = 'service';
/** Probes that wait longer count the process as dead, although a slow backend does not make it so. */
const LIVENESS_WITHIN_MS = 500;

/** Health routes for people, load balancers and existing clients. Need no token. */
@Controller()
@Public()
export class HealthController {
  private written: { readonly report: HealthReport; readonly json: string } | undefined;

  constructor(
    private readonly health: HealthReader,
    private readonly options: HttpOptions,
  ) {}

  @Get('health')
  @compatible({
    id: 'health',
    tag: TAG,
    summary: 'State of the service and its parts',
    description: 'Always 200 while the process answers; read the booleans.',
    answers: [{ status: 200, description: 'State.', schema: HealthSchema }],
    open: true,
  })
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const report = await this.health.read();
    // Written once for all who ask until something is checked anew.
    if (this.written?.report !== report) this.written = { report, json: JSON.stringify(this.stateOf(report)) };
    void reply.type('application/json; charset=utf-8');
    return this.written.json;
  }

  @Get('health/basic')
  @compatible({
    id: 'basicHealth',
    tag: TAG,
    summary: 'The booleans of the state alone',
    description: 'Always 200 while the process answers.',
    answers: [{ status: 200, description: 'State.', schema: LivenessSchema }],
    open: true,
  })
  async basic() {
    return flags(await this.health.read());
  }

  @Get('healthz')
  @compatible({
    id: 'liveness',
    tag: TAG,
    summary: 'Liveness',
    description: '200 while the process can answer; the booleans tell which parts do.',
    answers: [{ status: 200, description: 'The process lives.', schema: LivenessSchema }],
    open: true,
  })
  async liveness() {
    return flags(await this.health.read(LIVENESS_WITHIN_MS));
  }

  @Get('readyz')
  @compatible({
    id: 'readiness',
    tag: TAG,
    summary: 'Readiness',
    description:
      '503 while the truth store is unreachable, and until a recall would be answered: some index must be loaded and ' +
      'able to answer.',
    answers: [
      { status: 200, description: 'The service can serve.', schema: LivenessSchema },
      { status: 503, description: 'The service cannot serve, and why.', schema: UnreadinessSchema },
    ],
    open: true,
  })
  async readiness(@Res({ passthrough: true }) reply: FastifyReply) {
    const report = await this.health.read();
    const { obstacle: reason } = report;
    if (reason === undefined) return flags(report);
    void reply.status(503);
    return { ...flags(report), reason };
  }

  private stateOf(report: HealthReport) {
    const healthy = report.components.every((component) => component.healthy);
    return {
      ...flags(report),
      healthy,
      status: healthy ? 'healthy' : report.kvStore ? 'degraded' : 'unhealthy',
      version: this.options.version,
      uptime_seconds: Math.round(process.uptime() * 1000) / 1000,
      timestamp: new Date().toISOString(),
      services: services(report),
    };
  }
}

function flags({ kvStore, vectorStore, graphStore, predictionProvider }: HealthReport) {
  return {
    kv_store: kvStore,
    vector_store: vectorStore,
    graph_store: graphStore,
    prediction_provider: predictionProvider,
  };
}

interface ServiceEntry {
  readonly name: string;
  readonly healthy: boolean;
  readonly latency_ms: number;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** The parts, plus entries for any of the three technologies that existing clients expect and no part is named after. */
function services({ components, kvStore, graphStore, vectorStore }: HealthReport): ServiceEntry[] {
  const parts = components.map(({ name, healthy, latencyMs, details }) => ({
    name,
    healthy,
    latency_ms: latencyMs,
    details: details ?? {},
  }));
  const roles = [
    { name: 'postgresql', healthy: graphStore, role: 'graph_store' },
    { name: 'redis', healthy: kvStore, role: 'kv_store' },
    { name: 'milvus', healthy: vectorStore, role: 'vector_store' },
  ];
  const standIns = roles
    .filter(({ name }) => !parts.some((part) => part.name === name))
    .map(({ name, healthy, role }) => ({ name, healthy, latency_ms: 0, details: { stands_for: role } }));
  return [...parts, ...standIns];
}
