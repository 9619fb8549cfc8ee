import { writeFileSync } from 'node:fs';

/**
 * Writes `passed failed skipped` of one Jest run to the file named by SFM_TEST_COUNTS, for scripts/test.sh to add up.
 * A suite that could not run counts as one failed test; todo tests count as skipped.
 */
export default class JestSummaryReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.SFM_TEST_COUNTS;
    if (!file) return;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    writeFileSync(file, `${results.numPassedTests} ${failed} ${skipped}\n`);
  }
}
