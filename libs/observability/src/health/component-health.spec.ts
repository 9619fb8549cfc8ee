import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { StructuredLogger } from '../logging/structured-logger.js';
import { ComponentHealth } from './component-health.js';
import { HealthModule } from './health.module.js';

describe('ComponentHealth', () => {
  let health: ComponentHealth;
  beforeEach(async () => {
    const testing = await Test.createTestingModule({ imports: [HealthModule] }).compile();
    health = testing.get(ComponentHealth);
  });

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

  it('logs once when a part fails and once when it recovers', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => lines.push(line) };
    Logger.overrideLogger(new StructuredLogger({ level: 'info', format: 'json', destination }));
    let works = false;
    health.register({ name: 'db', check: () => (works ? Promise.resolve() : Promise.reject(new Error('down'))) });
    await health.checkAll();
    await health.checkAll();
    works = true;
    await health.checkAll();
    await health.checkAll();
    Logger.overrideLogger(false);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('component is unhealthy');
    expect(lines[0]).toContain('down');
    expect(lines[1]).toContain('component recovered');
  });
});
