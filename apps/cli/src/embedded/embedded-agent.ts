import type { MemorySystem } from '@sfm/composition';
import {
  AuthorizedHistory,
  AuthorizedLinks,
  AuthorizedPast,
  AuthorizedReads,
  AuthorizedRecall,
  AuthorizedWrites,
} from '@sfm/edge';
import { MemoryServers, serveStreams, type HostStreams } from '@sfm/mcp';
import type { Principal } from '@sfm/memory';
import type { Checks } from './operation.js';
import { HEARD } from '../servers/loggers.js';
import { VERSION } from '../version/version.js';

/** Serves an agent on the memories that this process has open. Resolves when the agent goes. */
export async function serveAgentHere(
  system: MemorySystem,
  { limits, cursors, principal }: Checks & { readonly principal: Principal },
  { isReadOnly, ...streams }: HostStreams & { readonly isReadOnly: boolean },
): Promise<void> {
  const places = {
    writes: new AuthorizedWrites(system.store, system.amend, system.forget),
    reads: new AuthorizedReads(system.read),
    recaller: new AuthorizedRecall(system.recall),
    past: new AuthorizedPast(system.past, system.pastRecall),
    histories: new AuthorizedHistory(system.history, system.restore),
    links: new AuthorizedLinks(system.links, system.graph),
    health: system.health,
    ...{ limits, cursors },
  };
  const onFault = (err: unknown, tool: string) => HEARD.error({ msg: `${tool} failed`, err });
  const servers = new MemoryServers(places, { version: VERSION, isReadOnly, onFault });
  await serveStreams(servers.for(principal), streams);
}
