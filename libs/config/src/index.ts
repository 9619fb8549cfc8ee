export { describeEffectiveConfig, type AppConfig, type EffectiveSetting } from './app-config.js';
export { ConfigError, type ConfigProblem } from './config-error.js';
export { type ConfigWarning } from './config-warning.js';
export { renderConfigurationDocs } from './configuration-docs.js';
export { readEnvironment, type Environment } from './environment.js';
export { withLimits } from './limits-docs.js';
export { loadConfig, type ReadFile } from './load-config.js';
