import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BackgroundWork } from '@sfm/composition';
import { AppModule, type AppModuleOptions } from './app.module.js';
import { OpenConnections } from './http/connections/open-connections.js';
import { configureHttp } from './http/configure-http.js';
import { createHttpAdapter } from './http/http-adapter.js';

/**
 * How long a stopping server keeps reading before it closes, so that requests already sent are answered instead of
 * hitting a closed socket.
 */
const DRAIN_MS = 500;
const SWEEP_MS = 100;

/** The wired application, not listening yet. */
export interface ApiApplication {
  readonly nest: NestFastifyApplication;
  /** Starts serving; resolves with the address. */
  listen(): Promise<string>;
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
  return {
    nest,
    listen: async () => {
      const server = nest.getHttpServer();
      server.keepAliveTimeout = http.keepAliveTimeoutMs;
      await nest.listen({ port: http.port, host: http.host, backlog: http.backlog });
      return nest.getUrl();
    },
    close: async () => {
      isDraining = true;
      await delay(DRAIN_MS);
      // A connection that is idle, or half of whose request came, would otherwise hold the server open until its client
      // goes on.
      const sweeping = setInterval(() => connections.dropUnfinished(), SWEEP_MS);
      await nest.close().finally(() => clearInterval(sweeping));
      await work.stop();
    },
  };
}
