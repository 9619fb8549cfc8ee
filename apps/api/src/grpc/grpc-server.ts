import { setTimeout as delay } from 'node:timers/promises';
import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { HealthReader } from '@sfm/edge';
import { callInterceptor, type CallParts } from './calls/call-interceptor.js';
import type { GrpcOptions } from './grpc-options.js';
import { loadProtoFiles, serviceIn } from './interface/proto-files.js';
import type { ServedMethods } from './served-methods.js';
import { ServedHealth } from './service/served-health.js';

/** Longest time that a connection may take to answer that it is alive. */
const MAX_KEEP_ALIVE_ANSWER_MS = 20_000;
/** How long calls may go on over a connection that is to be made anew. */
const AGE_GRACE_MS = 30_000;
/** Calls of one connection at once; more wait at the caller. */
const MAX_STREAMS = 1000;

/** How long calls that were already sent may take to come in. */
const DRAIN_MS = 500;

/** The port is taken. */
export class GrpcPortTakenError extends Error {
  constructor({ host, port }: Pick<GrpcOptions, 'host' | 'port'>, options: { readonly cause: unknown }) {
    super(`port ${port} of ${host} is in use; stop the other program or set SOMA_GRPC_PORT`, options);
    this.name = 'GrpcPortTakenError';
  }
}

export interface GrpcServices {
  readonly methods: Pick<ServedMethods, 'services' | 'stop'>;
  readonly calls: CallParts;
  readonly health: Pick<HealthReader, 'read'>;
}

/** The server of gRPC: its services, health and reflection on one port. */
export class GrpcServer {
  private readonly server: Server;
  private readonly health: ServedHealth;
  private readonly files: PackageDefinition = loadProtoFiles();

  constructor(
    private readonly options: GrpcOptions,
    private readonly served: GrpcServices,
  ) {
    const { methods, calls, health } = served;
    this.server = new Server({ ...serverOptions(options), interceptors: [callInterceptor(calls)] });
    for (const [name, service] of Object.entries(methods.services())) {
      this.server.addService(serviceIn(this.files, name), service);
    }
    new ReflectionService(this.files).addToServer(this.server);
    this.health = new ServedHealth(health);
    this.health.addToServer(this.server);
  }

  /** Serves. Resolves with the port. @throws GrpcPortTakenError */
  async listen(): Promise<number> {
    const { host, port } = this.options;
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    await this.health.start();
    return new Promise((resolve, reject) => {
      this.server.bindAsync(address, credentialsOf(this.options), (error, bound) => {
        if (error === null) return resolve(bound);
        reject(/EADDRINUSE/.test(error.message) ? new GrpcPortTakenError(this.options, { cause: error }) : error);
      });
    });
  }

  /** Takes no new connections, ends streams, answers the calls in flight and closes; probes that watch are cut off. */
  async close(): Promise<void> {
    this.health.stop();
    this.served.methods.stop();
    const closed = new Promise<void>((resolve) => this.server.tryShutdown(() => resolve()));
    const answered = delay(DRAIN_MS, undefined, { ref: false }).then(() => this.served.calls.open.whenNone());
    await Promise.race([closed, answered]);
    this.server.forceShutdown();
  }
}

function serverOptions({ maxMessageBytes, keepAliveMs, maxConnectionAgeMs }: GrpcOptions): ServerOptions {
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    // Answers are bounded where they are made.
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': keepAliveMs,
    'grpc.keepalive_timeout_ms': Math.min(keepAliveMs, MAX_KEEP_ALIVE_ANSWER_MS),
    'grpc.max_concurrent_streams': MAX_STREAMS,
    ...(maxConnectionAgeMs === undefined
      ? {}
      : { 'grpc.max_connection_age_ms': maxConnectionAgeMs, 'grpc.max_connection_age_grace_ms': AGE_GRACE_MS }),
  };
}

function credentialsOf({ tls }: GrpcOptions): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { certificate, key, clientAuthorities } = tls;
  const pairs = [{ cert_chain: certificate, private_key: key }];
  return ServerCredentials.createSsl(clientAuthorities ?? null, pairs, clientAuthorities !== undefined);
}
