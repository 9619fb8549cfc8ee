import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportReport, JsonObject } from '@sfm/memory';
import { connectionOf, type Connection } from '../connection/connection.js';
import type { MemoryClient } from '../client/memory-client.js';
import { openClient } from '../opening/open-client.js';
import type { ConnectionFlags } from '../connection/flags.js';
import type { Transfers } from './transfers.js';

/**
 * Runs `work` on the configured database where there is one, beside the services that use it, so that neither a token nor a
 * running service is needed; on the service or the folder that is named instead, or that is found.
 */
export async function withTransfers(
  flags: ConnectionFlags,
  signal: AbortSignal,
  work: (transfers: Transfers) => Promise<void>,
): Promise<void> {
  const connection = connectionOf(flags);
  if (isConfigured(connection)) {
    const { withConfiguredPortability } = await import('./with-portability.js');
    return withConfiguredPortability(connection.namespace, ({ exports, imports, namespace: place }) =>
      work({
        export: async ({ include, resume }) => {
          const resumed = resume ? { position: Number(resume.position), after: resume.after } : {};
          const { position, parts } = await exports.export(place, { include, ...resumed });
          return { position: String(position), parts };
        },
        import: (input, call, listener) => imports.import(place, input, call, listener),
      }),
    );
  }
  const { client } = await openClient(flags, signal);
  try {
    await work(throughClient(client));
  } finally {
    await client.close();
  }
}

/** Whether it is the database of the settings that is meant, and there is one. */
function isConfigured({ config, url, dataDir, configJson }: Connection): boolean {
  if (url !== undefined || dataDir !== undefined || configJson !== undefined) return false;
  return config.database.url !== undefined || existsSync(join(config.service.dataDir, 'postgres'));
}

function throughClient(client: MemoryClient): Transfers {
  return {
    export: (call) => client.export(call),
    import: async (input, call) => reportIn(await client.import(input, call)),
  };
}

/** A service answers with what the core reports, field by field. */
function reportIn(answer: JsonObject): ImportReport {
  return JSON.parse(JSON.stringify(answer)) as ImportReport;
}
