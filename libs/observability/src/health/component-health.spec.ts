import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { StructuredLogger } from '../logging/structured-logger.js';
import { ComponentHealth } from './component-health.js';
import { HealthModule } from './health.module.js';

describe('ComponentHealth', () => {
  let health: ComponentHealth;
  let passedMs: number;
  /** Lets results become so much older. */
  const later = (ms: number) => (passedMs += ms);

  beforeEach(async () => {
    passedMs = 0;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
    const testing = await Test.createTestingModule({ imports: [HealthModule] }).compile();
    health = testing.get(ComponentHealth);
  });
  afterEach(() => void jest.restoreAllMocks());

  it('tells the truth about every part, in order, with facts of the healthy ones', async () => {
    health.register({ name: 'postgresql', check: () => Promise.resolve({ version: '17' }) });
    health.register({
      name: 'vectors',
      check: () =>
        Promise.reject(Object.assign(new Error('connect ECONNREFUSED 10.0.0.9:6333'), { code: 'ECONNREFUSED' })),
    });
    health.register({ name: 'cache', check: () => Promise.resolve() });
    const results = await health.checkAll();
    expect(results).toEqual([
      { name: 'postgresql', healthy: true, latency_ms: expect.any(Number), details: { version: '17' } },
      { name: 'vectors', healthy: false, latency_ms: expect.any(Number), details: { error: 'ECONNREFUSED' } },
      { name: 'cache', healthy: true, latency_ms: expect.any(Number), details: {} },
    ]);
    expect(JSON.stringify(results)).not.toContain('10.0.0.9');
  });

  it('does not wait for a part that hangs, and tells it to stop', async () => {
    let aborted = false;
    health.register({
      name: 'slow',
      timeoutMs: 20,
      check: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    });
    health.register({ name: 'deaf', timeoutMs: 20, check: () => new Promise(() => {}) });
    expect(await health.checkAll()).toMatchObject([
      { name: 'slow', healthy: false, details: { error: 'timeout' } },
      { name: 'deaf', healthy: false, details: { error: 'timeout' } },
    ]);
    expect(aborted).toBe(true);
  });

  it('survives a check that throws at once, and facts with reserved names', async () => {
    health.register({
      name: 'rude',
      check: () => {
        throw new RangeError('no');
      },
    });
    health.register({ name: 'odd', check: () => Promise.resolve({ status: 'x', responseTime: 'y' }) });
    expect(await health.checkAll()).toMatchObject([
      { healthy: false, details: { error: 'RangeError' } },
      { healthy: true, details: { status: 'x', responseTime: 'y' } },
    ]);
  });

  it('does not let a caller in a hurry wait for a slow part', async () => {
    let answer: () => void = () => {};
    health.register({ name: 'quick', check: () => Promise.resolve() });
    health.register({ name: 'slow', check: () => new Promise((resolve) => (answer = resolve)) });
    expect(await health.checkAll(20)).toMatchObject([
      { name: 'quick', healthy: true },
      { name: 'slow', healthy: false, details: { error: 'timeout' } },
    ]);
    answer();
  });

  describe('asked often', () => {
    let checks: number;
    let check: () => Promise<void>;
    const stateOf = async () => (await health.checkAll())[0]?.healthy;

    beforeEach(() => {
      checks = 0;
      check = () => Promise.resolve();
      health.register({ name: 'db', timeoutMs: 30, check: () => ((checks += 1), check()) });
    });

    it('checks a part once for all who ask at the same time, and once in a second for those who come later', async () => {
      const [first, ...others] = await Promise.all(Array.from({ length: 100 }, () => health.checkAll()));
      for (const other of others) expect(other[0]).toBe(first?.[0]);
      for (let call = 0; call < 100; call += 1) expect((await health.checkAll())[0]).toBe(first?.[0]);
      expect(checks).toBe(1);
      later(1000);
      for (let call = 0; call < 100; call += 1) await health.checkAll();
      expect(checks).toBe(2);
    });

    it('checks nothing while nobody asks, and then tells no old news', async () => {
      expect(await stateOf()).toBe(true);
      check = () => Promise.reject(new Error('down'));
      later(60_000);
      expect(await stateOf()).toBe(false);
      expect(checks).toBe(2);
    });

    it.each([true, false])('notices within a second that a part is no longer as it was (healthy: %p)', async (was) => {
      const works = () => Promise.resolve();
      const fails = () => Promise.reject(new Error('down'));
      check = was ? works : fails;
      expect(await stateOf()).toBe(was);
      check = was ? fails : works;
      later(999);
      expect(await stateOf()).toBe(was);
      later(1);
      await waitFor(async () => (await stateOf()) !== was);
      expect(checks).toBe(2);
    });

    it('lets nobody but the first wait for a part that hangs', async () => {
      check = () => new Promise(() => {});
      expect(await stateOf()).toBe(false);
      later(1000);
      for (let call = 0; call < 100; call += 1) expect(await stateOf()).toBe(false);
      expect(checks).toBe(2);
    });
  });

  it('shows facts of a part, healthy or not', async () => {
    const facts = () => ({ circuit: 'open' });
    health.register({ name: 'good', check: async () => ({ version: '1' }), facts });
    health.register({ name: 'bad', check: () => Promise.reject(new RangeError('no')), facts });
    expect((await health.checkAll()).map(({ details }) => details)).toEqual([
      { version: '1', circuit: 'open' },
      { error: 'RangeError', circuit: 'open' },
    ]);
  });

  it('logs once when a part fails and once when it recovers', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => lines.push(line) };
    Logger.overrideLogger(new StructuredLogger({ level: 'info', format: 'json', destination }));
    let works = false;
    health.register({ name: 'db', check: () => (works ? Promise.resolve() : Promise.reject(new Error('down'))) });
    for (const isUp of [false, false, true, true]) {
      works = isUp;
      later(60_000);
      await health.checkAll();
    }
    Logger.overrideLogger(false);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('component is unhealthy');
    expect(lines[0]).toContain('down');
    expect(lines[1]).toContain('component recovered');
  });
});
