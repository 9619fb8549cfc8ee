export { withConfig } from './config-object/config-settings.js';
export {
  readConfigObject,
  type ConfigObjectProblem,
  type MemorySystemConfig,
  type ReadConfig,
} from './config-object/memory-system-config.js';
export { memorySystemOptions } from './memory-system-options.js';
export { tracingOptions, type TracedProgram } from './tracing-options.js';
