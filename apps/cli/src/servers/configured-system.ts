import { completeOptions, type CompleteOptions } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { memorySystemOptions } from '@sfm/service-config';

/** Returns the memory system options of the service's configuration, for use by soma. @throws ConfigError */
export function configuredSystem(config: AppConfig = loadConfig(readEnvironment())): CompleteOptions {
  return completeOptions(memorySystemOptions(config, 'soma-cli'));
}
