import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BackgroundWork } from '@sfm/composition';
import { AppModule, type AppModuleOptions } from './app.module.js';
import { GrpcServer } from './grpc/grpc-server.js';
import { OpenConnections } from './http/connections/open-connections.js';
import { configureHttp } from './http/configure-http.js';
import { createHttpAdapter } from './http/http-adapter.js';

/**
 * How long a stopping server keeps reading before it closes, so that requests already sent are answered instead of
 * hitting a closed socket.
 */
const DRAIN_MS = 500;
const SWEEP_MS = 100;

export interface ApiAddresses {
  readonly url: string;
  /** `host:port`; undefined when gRPC is not served. */
  readonly grpc?: string;
}

/** The wired application, not listening yet. */
export interface ApiApplication {
  readonly nest: NestFastifyApplication;
  /** Starts serving. @throws GrpcPortTakenError; Error with the code EADDRINUSE when the port of HTTP is taken */
  listen(): Promise<ApiAddresses>;
  /** Answers requests that came completely, finishes background work and closes. The database stays open: its owner closes it. */
  close(): Promise<void>;
}

/** Wires the service on an open truth store. */
export async function createApi(options: AppModuleOptions, logger: LoggerService): Promise<ApiApplication> {
  const { http } = options.config;
  const nest = await NestFactory.create<NestFastifyApplication>(AppModule.register(options), createHttpAdapter(http), {
    logger,
    abortOnError: false,
  });
  const connections = new OpenConnections(nest.getHttpServer(), nest.getHttpAdapter().getInstance());
  configureHttp(nest);
  let isDraining = false;
  nest
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (_request, reply, _payload, done) => {
      if (isDraining) void reply.header('connection', 'close');
      done();
    });
  await nest.init();
  const work = nest.get(BackgroundWork, { strict: false });
  await work.start();
  const grpc = options.config.grpc.isEnabled ? nest.get(GrpcServer, { strict: false }) : undefined;
  return {
    nest,
    listen: async () => {
      const server = nest.getHttpServer();
      server.keepAliveTimeout = http.keepAliveTimeoutMs;
      // Before HTTP: whoever is told there that the service is ready finds it here too.
      const grpcPort = await grpc?.listen();
      await nest.listen({ port: http.port, host: http.host, backlog: http.backlog });
      const url = await nest.getUrl();
      return grpcPort === undefined ? { url } : { url, grpc: `${http.host}:${grpcPort}` };
    },
    close: async () => {
      isDraining = true;
      const closingGrpc = grpc?.close();
      await delay(DRAIN_MS);
      // A connection that is idle, or half of whose request came, would otherwise hold the server open until its client
      // goes on.
      const sweeping = setInterval(() => connections.dropUnfinished(), SWEEP_MS);
      await closingGrpc;
      await nest.close().finally(() => clearInterval(sweeping));
      await work.stop();
    },
  };
}
