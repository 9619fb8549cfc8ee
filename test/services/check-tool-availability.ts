import { describe } from '@jest/globals';
import { describe as messageOf } from './cached-folder.js';
import { findCheckTool, type CheckTool } from './check-tools.js';
import { testEnvironment } from './environment.js';

/**
 * `describe` when every named tool can be had, else `describe.skip` after one loud line; under SFM_REQUIRE_SERVICES=1 it
 * rejects instead. For the top of a spec, as `describeWith`.
 */
export async function describeWithTools(tools: readonly CheckTool[]): Promise<typeof describe | typeof describe.skip> {
  const outcomes = await Promise.allSettled(tools.map(findCheckTool));
  const missing = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []));
  if (missing.length === 0) return describe;
  if (testEnvironment.areServicesRequired) {
    throw new Error(`A tool these tests need cannot be had (SFM_REQUIRE_SERVICES=1).\n${missing.join('\n')}`);
  }
  process.stderr.write(`\n*** SKIPPED, NO TOOL *** ${missing.join('; ')}\n`);
  return describe.skip;
}
