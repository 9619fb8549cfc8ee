import { describe } from '@jest/globals';
import { testEnvironment } from './environment.js';
import { testKafka } from './kafka/kafka.js';
import { testPostgres } from './postgres/postgres.js';
import { testQdrant } from './qdrant/qdrant.js';
import { testRedis } from './redis/redis.js';
import type { ServiceName } from './service-name.js';

export type { ServiceName } from './service-name.js';

const OBTAIN: Readonly<Record<ServiceName, () => Promise<unknown>>> = {
  postgres: testPostgres,
  redis: testRedis,
  qdrant: testQdrant,
  kafka: testKafka,
};

/**
 * `describe` when every named server and every program can be had, else `describe.skip` after one loud line; under
 * SFM_REQUIRE_SERVICES=1 it rejects instead, which fails the suite. For the top of a spec:
 * `const describeReal = await describeWith(['qdrant']);`
 *
 * @param programs how each is found; a finder rejects when there is none
 */
export async function describeWith(
  services: readonly ServiceName[],
  programs: Readonly<Record<string, () => Promise<unknown>>> = {},
): Promise<typeof describe | typeof describe.skip> {
  const needed = [...services.map((name) => [name, OBTAIN[name]] as const), ...Object.entries(programs)];
  const outcomes = await Promise.allSettled(needed.map(([, obtain]) => obtain()));
  const missing = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [`${needed[index]?.[0] ?? ''}: ${messageOf(outcome.reason)}`] : [],
  );
  if (missing.length === 0) return describe;
  if (testEnvironment.areServicesRequired) {
    throw new Error(`What these tests need cannot be had (SFM_REQUIRE_SERVICES=1).\n${missing.join('\n')}`);
  }
  // Not through the console, which Jest collects and decorates.
  process.stderr.write(
    `\n*** SKIPPED, NOT AVAILABLE *** ${missing
      .join('; ')
      .split('\n')
      .map((line) => line.trim())
      .join(' | ')}\n`,
  );
  return describe.skip;
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
