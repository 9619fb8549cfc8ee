import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  AuthorizedMaintenance,
  AuthorizedReads,
  AuthorizedRecall,
  AuthorizedWrites,
  HealthReader,
  IdempotentRequests,
  PageCursor,
  RequestLimits,
} from '@sfm/edge';
import { MetricsModule } from '@sfm/observability';
import { PublicMetricsController } from './compat/service/metrics.controller.js';
import { createHttpAdapter } from './http-adapter.js';
import { HttpModule } from './http.module.js';
import { HttpOptions } from './options/http-options.js';
import { openApiDocument } from './openapi/document.js';

const NEEDED = [
  AuthorizedWrites,
  AuthorizedReads,
  AuthorizedRecall,
  AuthorizedMaintenance,
  RequestLimits,
  PageCursor,
  IdempotentRequests,
  HttpOptions,
  HealthReader,
];
const providers = NEEDED.map((provide) => ({ provide, useFactory: neverBuilt }));

@Module({ providers, exports: NEEDED })
class PlaceholderModule {}

@Module({
  imports: [MetricsModule.register({ controller: PublicMetricsController }), HttpModule.register([PlaceholderModule])],
})
class RoutesModule {}

/** Builds the document of all routes without starting anything: Nest's preview reads decorators but builds no provider. */
export async function previewOpenApi(version: string): Promise<OpenAPIObject> {
  const app = await NestFactory.create(RoutesModule, createHttpAdapter({ maxBodyBytes: 1 }), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return openApiDocument(app, version);
}

function neverBuilt(): never {
  throw new Error('a preview builds no provider');
}
