import { appendFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Lines of a message that say what went wrong; the stack stands further up in the output. */
const MESSAGE_LINES = 8;
const MESSAGE_WIDTH = 200;

/**
 * Writes `passed failed skipped` of one Jest run to the file named by SFM_TEST_COUNTS, for scripts/test.sh to add up, and
 * each failure with the beginning of its message to the end of the file named by SFM_TEST_FAILURES. A suite that could not
 * run counts as one failed test; todo tests count as skipped.
 */
export default class JestSummaryReporter {
  onRunComplete(_contexts, results) {
    const { SFM_TEST_COUNTS: counts, SFM_TEST_FAILURES: failures } = process.env;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    if (counts) writeFileSync(counts, `${results.numPassedTests} ${failed} ${skipped}\n`);
    if (failures) appendFileSync(failures, failuresOf(results).join(''));
  }
}

/** One paragraph per failed test, and per suite that failed outside of its tests. */
export function failuresOf({ testResults }) {
  return testResults.flatMap(({ testFilePath, testExecError, failureMessage, testResults: tests }) => {
    const file = relative(process.cwd(), testFilePath);
    const failed = tests
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => paragraph(`${file}: ${fullName}`, failureMessages[0]));
    return testExecError ? [paragraph(file, testExecError.stack || failureMessage), ...failed] : failed;
  });
}

function paragraph(title, message = '') {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^\s+at /.test(line))
    .slice(0, MESSAGE_LINES)
    .map((line) => `    ${line.slice(0, MESSAGE_WIDTH)}\n`);
  return `FAILED ${title}\n${lines.join('')}`;
}
