import { expect, it } from '@jest/globals';
import { testRedis } from './redis.js';

// Run by compose.spec.ts with a docker of its own on PATH.
it('gets an address', async () => {
  const { url } = await testRedis();
  process.stderr.write(`address=${url}\n`);
  expect(url).toMatch(/^redis:/);
}, 60_000);
