export { backendsOf, type Backends } from './backends.js';
export { embeddingOptions } from './embedding-options.js';
export { openTruth, type OpenTruthOptions, type Truth } from './open-truth.js';
export { postgresTls } from './postgres-tls.js';
export { TelemetryModule } from './telemetry.module.js';
