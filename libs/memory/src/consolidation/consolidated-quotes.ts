import { QuotingMemories } from '../forget/quoting-memories.port.js';
import type { LinkReader } from '../links/ports/link-reader.port.js';
import { isDerivedCoordinate } from '../model/derived-coordinate.js';
import type { Namespace } from '../model/namespace.js';
import { CONSOLIDATED_FROM } from './consolidation-planner.js';

/** A memory is a source of one consolidated memory; more links of the type are somebody's own. */
const LINKS_PER_MEMORY = 10;

/** Finds consolidated memories by the links that lead from them to their sources. */
export class ConsolidatedQuotes extends QuotingMemories {
  constructor(private readonly links: Pick<LinkReader, 'touching'>) {
    super();
  }

  async quoting(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly string[]> {
    const query = { direction: 'in', type: CONSOLIDATED_FROM, order: 'oldest', limit: LINKS_PER_MEMORY, now } as const;
    const links = await this.links.touching(namespace, keys, query);
    const from = links.map(({ link }) => link.from).filter(({ coordinate }) => isDerivedCoordinate(coordinate));
    return [...new Set(from.map(({ key }) => key))];
  }
}
