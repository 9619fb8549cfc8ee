import type { OpenTruthOptions } from '../truth/open-truth.js';
import type { MemorySystemOptions } from './memory-system-options.js';

type Places = Pick<MemorySystemOptions, 'truth' | 'vectors'>;

/** True when any number of processes may serve from one database: nothing of it lives in one of them alone. */
export function allowsManyProcesses({ truth, vectors }: Places): boolean {
  return truth.kind === 'server' && vectors?.kind === 'qdrant';
}

/** How a process that serves opens the truth. */
export function servingUse(places: Places): OpenTruthOptions['use'] {
  return allowsManyProcesses(places) ? 'shared' : 'alone';
}
