import {
  openTruth,
  runningDatabase,
  withDataSource,
  withPortability,
  type PortabilityServices,
} from '@sfm/composition';
import { toNamespace, type Namespace } from '@sfm/memory';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD } from '../servers/loggers.js';

/** The use cases, and the namespace to work in. */
export interface Portability extends PortabilityServices {
  readonly namespace: Namespace;
}

/**
 * Runs `work` on the configured database, beside the services that use it. An embedded one that no service runs is started
 * for it.
 *
 * @param name of the namespace; the configured one when omitted
 */
export async function withConfiguredPortability(
  name: string | undefined,
  work: (portability: Portability) => Promise<void>,
): Promise<void> {
  const system = configuredSystem();
  const namespace = name === undefined ? system.namespace : toNamespace(name);
  const running = await runningDatabase(system.truth);
  const on = (services: PortabilityServices) => work({ ...services, namespace });
  if (running) {
    await withDataSource(running, system.truth, (dataSource) => withPortability(system, dataSource, on));
    return;
  }
  const truth = await openTruth(system.truth, HEARD, {
    use: system.vectors.kind === 'embedded' ? 'alone' : 'shared',
    onLost: () => HEARD.error('another process has taken the data folder over'),
  });
  try {
    await withPortability(system, truth.dataSource, on);
  } finally {
    await truth.close();
  }
}
