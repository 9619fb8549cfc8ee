import { completeOptions, type CompleteOptions } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { memorySystemOptions } from '@sfm/service-config';

/** The memory system of the service's configuration, as soma sees it. @throws ConfigError */
export function configuredSystem(config: AppConfig = loadConfig(readEnvironment())): CompleteOptions {
  return completeOptions(memorySystemOptions(config, 'soma-cli'));
}
