import { Command } from 'commander';

/** `soma config`: prints the effective configuration with secrets masked. */
export function configCommand(): Command {
  return new Command('config')
    .description('print the configuration in force and where each value comes from; secrets are masked')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { describeEffectiveConfig, loadConfig, readEnvironment } = await import('@sfm/config');
      const config = loadConfig(readEnvironment());
      const settings = describeEffectiveConfig(config);
      if (json) {
        console.log(JSON.stringify({ settings, warnings: config.warnings }, null, 2));
        return;
      }
      for (const { name, value, source } of settings) {
        console.log(`${name}=${value}${source === 'default' ? '' : `   # from ${source}`}`);
      }
      for (const { variable, message } of config.warnings) console.error(`warning: ${variable}: ${message}`);
    });
}
