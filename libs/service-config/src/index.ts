export { memorySystemOptions } from './memory-system-options.js';
export { tracingOptions, type TracedProgram } from './tracing-options.js';
