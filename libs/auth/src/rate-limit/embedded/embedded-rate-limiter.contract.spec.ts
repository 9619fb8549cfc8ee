import { describeRateLimiterContract } from '../rate-limiter.contract.js';
import { EmbeddedRateLimiter } from './embedded-rate-limiter.js';

const clock = { now: 0 };

describeRateLimiterContract('EmbeddedRateLimiter', {
  create: () => Promise.resolve(new EmbeddedRateLimiter({ now: () => clock.now })),
  advance: (milliseconds) => {
    clock.now += milliseconds;
    return Promise.resolve();
  },
});
