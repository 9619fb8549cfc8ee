import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** One ended call. */
export interface GrpcObservation {
  /** Full name of the service, such as `somafractalmemory.MemoryService`. */
  readonly service: string;
  readonly method: string;
  /** Name of the status, such as `OK` or `NOT_FOUND`. */
  readonly status: string;
  readonly seconds: number;
  /** Neither side streams: only such calls are timed, a stream lasts as long as its caller wants. */
  readonly isUnary: boolean;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Calls of gRPC, under the names that other servers of gRPC use, so that their dashboards fit. */
export class GrpcMetrics {
  private readonly handled: Counter<'grpc_service' | 'grpc_method' | 'grpc_code'>;
  private readonly latency: Histogram<'grpc_service' | 'grpc_method'>;
  private readonly open: Gauge<'grpc_service' | 'grpc_method'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.handled = new Counter({
      name: 'grpc_server_handled_total',
      help: 'gRPC calls that ended, by status',
      labelNames: ['grpc_service', 'grpc_method', 'grpc_code'],
      registers,
    });
    this.latency = new Histogram({
      name: 'grpc_server_handling_seconds',
      help: 'Time to answer a unary gRPC call',
      buckets: BUCKETS,
      labelNames: ['grpc_service', 'grpc_method'],
      registers,
    });
    this.open = new Gauge({
      name: 'soma_grpc_open_calls',
      help: 'gRPC calls that have not ended',
      labelNames: ['grpc_service', 'grpc_method'],
      registers,
    });
  }

  begin({ service, method }: Pick<GrpcObservation, 'service' | 'method'>): void {
    this.open.inc({ grpc_service: service, grpc_method: method });
  }

  /** @param observation of a call that `begin` was told of */
  end({ service, method, status, seconds, isUnary }: GrpcObservation): void {
    const labels = { grpc_service: service, grpc_method: method };
    this.open.dec(labels);
    this.handled.inc({ ...labels, grpc_code: status });
    if (isUnary) this.latency.observe(labels, seconds);
  }
}
