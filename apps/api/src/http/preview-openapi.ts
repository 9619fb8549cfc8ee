import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { completeOptions } from '@sfm/composition';
import { loadConfig } from '@sfm/config';
import {
  AuthorizedAudit,
  AuthorizedConsolidations,
  AuthorizedHistory,
  AuthorizedKeys,
  AuthorizedLifecycle,
  AuthorizedLinks,
  AuthorizedLocks,
  AuthorizedMaintenance,
  AuthorizedNamespaces,
  AuthorizedNearest,
  AuthorizedOutcomes,
  AuthorizedPast,
  AuthorizedPortability,
  AuthorizedQuestions,
  AuthorizedReads,
  AuthorizedRecall,
  AuthorizedSelection,
  AuthorizedWatch,
  AuthorizedWrites,
  ConsistentRequests,
  HealthReader,
  HeldCredentials,
  IdempotentRequests,
  PageCursor,
  WatchPositions,
  RequestLimits,
} from '@sfm/edge';
import { MetricsModule } from '@sfm/observability';
import { memorySystemOptions } from '@sfm/service-config';
import { PublicMetricsController } from './compat/service/metrics.controller.js';
import { boundsOf } from './options/bounds-of.js';
import { createHttpAdapter } from './http-adapter.js';
import { HttpModule } from './http.module.js';
import { HttpOptions } from './options/http-options.js';
import { openApiDocument } from './openapi/document.js';

const NEEDED = [
  AuthorizedAudit,
  AuthorizedKeys,
  HeldCredentials,
  AuthorizedConsolidations,
  AuthorizedLocks,
  AuthorizedSelection,
  AuthorizedWatch,
  AuthorizedWrites,
  AuthorizedNamespaces,
  AuthorizedNearest,
  AuthorizedOutcomes,
  AuthorizedPast,
  AuthorizedPortability,
  AuthorizedQuestions,
  AuthorizedReads,
  AuthorizedRecall,
  AuthorizedHistory,
  AuthorizedLifecycle,
  AuthorizedLinks,
  AuthorizedMaintenance,
  RequestLimits,
  PageCursor,
  WatchPositions,
  IdempotentRequests,
  ConsistentRequests,
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

/** Builds the document of all routes, with the default bounds, without starting anything: Nest's preview reads decorators but builds no provider. */
export async function previewOpenApi(version: string): Promise<OpenAPIObject> {
  const app = await NestFactory.create(RoutesModule, createHttpAdapter({ trustedProxies: [] }), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const config = loadConfig({});
  const { limits } = completeOptions(memorySystemOptions(config, 'preview'));
  return openApiDocument(app, { version, bounds: boundsOf(config, limits) });
}

function neverBuilt(): never {
  throw new Error('a preview builds no provider');
}
