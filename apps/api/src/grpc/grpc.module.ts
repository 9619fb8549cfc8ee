import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { HealthReader, RequestLimits } from '@sfm/edge';
import { ServiceMetrics } from '@sfm/observability';
import { CallAdmission } from './calls/call-admission.js';
import { OpenCalls } from './calls/open-calls.js';
import { CompatCalls } from './compat/compat-calls.js';
import { GrpcOptions } from './grpc-options.js';
import { GrpcServer } from './grpc-server.js';
import { JsonText } from './messages/json-text.js';
import { Places } from './messages/places.js';
import { ServedMethods } from './served-methods.js';
import { LinkCalls } from './v1/link-calls.js';
import { MemoryCalls } from './v1/memory-calls.js';
import { RecallCalls } from './v1/recall-calls.js';
import { TransferCalls } from './v1/transfer-calls.js';
import { WatchCalls } from './v1/watch-calls.js';

/** The gRPC door; `GrpcServer` serves it. MetricsModule provides what it shares with HTTP. */
@Module({})
export class GrpcModule {
  /** The imported modules must provide the exports of EdgeModule and AuthModule, GrpcOptions and HealthReader. */
  static register(imports: ModuleMetadata['imports']): DynamicModule {
    return {
      module: GrpcModule,
      imports,
      providers: [
        {
          provide: JsonText,
          inject: [RequestLimits, GrpcOptions],
          useFactory: (limits: RequestLimits, { maxMessageBytes }: GrpcOptions) =>
            new JsonText(limits, maxMessageBytes),
        },
        Places,
        CallAdmission,
        CompatCalls,
        MemoryCalls,
        RecallCalls,
        LinkCalls,
        TransferCalls,
        WatchCalls,
        ServedMethods,
        {
          provide: GrpcServer,
          inject: [GrpcOptions, ServedMethods, CallAdmission, ServiceMetrics, HealthReader],
          useFactory: serverOf,
        },
      ],
    };
  }
}

function serverOf(
  options: GrpcOptions,
  methods: ServedMethods,
  admission: CallAdmission,
  metrics: ServiceMetrics,
  health: HealthReader,
): GrpcServer {
  const calls = { admission, metrics, requestTimeoutMs: options.requestTimeoutMs, open: new OpenCalls() };
  return new GrpcServer(options, { methods, calls, health });
}
