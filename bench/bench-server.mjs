// The service of bench-service.mjs: the product's own composition with one more controller. It tells its address when it
// is as it stays, with the indexes of the process filled.
import 'reflect-metadata';
import { Body, Controller, HttpCode, Logger, Module, Post } from '@nestjs/common';
import { completeOptions, openTruth, servingUse } from '@sfm/composition';
import { loadConfig, readEnvironment } from '@sfm/config';
import { IndexWarmup } from '@sfm/memory';
import { StructuredLogger } from '@sfm/observability';
import { memorySystemOptions } from '@sfm/service-config';
import { createApi } from '../apps/api/dist/api-application.js';
import { StoreRequestSchema } from '../apps/api/dist/http/compat/memories/store.dto.js';
import { SchemaPipe } from '../apps/api/dist/http/requests/schema.pipe.js';

/** Everything that POST /store does before it stores. */
class NoopController {
  noop() {
    return { ok: true };
  }
}
Controller('bench')(NoopController);
const descriptor = Object.getOwnPropertyDescriptor(NoopController.prototype, 'noop');
Post('noop')(NoopController.prototype, 'noop', descriptor);
HttpCode(200)(NoopController.prototype, 'noop', descriptor);
Body(new SchemaPipe(StoreRequestSchema))(NoopController.prototype, 'noop', 0);

class NoopModule {}
Module({ controllers: [NoopController] })(NoopModule);

const config = loadConfig(readEnvironment());
const logger = new StructuredLogger(config.logging);
Logger.overrideLogger(logger);
const system = completeOptions(memorySystemOptions(config, 'soma-api'));
const truth = await openTruth(system.truth, logger, {
  use: servingUse(system),
  onLost: () => process.exit(1),
});
const api = await createApi(
  { config, system, dataSource: truth.dataSource, tokens: config.auth.tokens, modules: [NoopModule] },
  logger,
);
const { url, grpc } = await api.listen();
process.on('SIGTERM', async () => {
  await api.close();
  await truth.close();
  process.exit(0);
});
const warmup = api.nest.get(IndexWarmup, { strict: false });
while (!warmup.isReady) await warmup.whenReady().catch(() => undefined);
process.send({ url, grpc, database: truth.connection });
