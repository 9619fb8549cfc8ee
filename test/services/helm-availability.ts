import { describe } from '@jest/globals';
import { describe as messageOf } from './cached-folder.js';
import { testEnvironment } from './environment.js';
import { findHelm } from './helm-program.js';

/** As describeWith, for suites that need Helm. */
export async function describeWithHelm(): Promise<typeof describe | typeof describe.skip> {
  try {
    await findHelm();
    return describe;
  } catch (error) {
    if (testEnvironment.areServicesRequired) throw error;
    process.stderr.write(`\n*** SKIPPED, NO HELM *** ${messageOf(error)}\n`);
    return describe.skip;
  }
}
