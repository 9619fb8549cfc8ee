import { describeConsolidationRunsContract } from './contracts/consolidation-runs.contract.js';
import { InMemoryConsolidationRuns } from './in-memory-consolidation-runs.js';

const runs = new InMemoryConsolidationRuns();
describeConsolidationRunsContract('InMemoryConsolidationRuns', () => runs);
