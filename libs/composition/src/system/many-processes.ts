import type { OpenTruthOptions } from '../truth/open-truth.js';
import type { MemorySystemOptions } from './memory-system-options.js';

type Places = Pick<MemorySystemOptions, 'truth' | 'vectors'>;

/** True when several processes may serve one database, because none of them holds state of its own. */
export function allowsManyProcesses({ truth, vectors }: Places): boolean {
  return truth.kind === 'server' && vectors?.kind === 'qdrant';
}

/** How a serving process opens the truth: shared or alone. */
export function servingUse(places: Places): OpenTruthOptions['use'] {
  return allowsManyProcesses(places) ? 'shared' : 'alone';
}
