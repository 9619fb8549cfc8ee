import { expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { ConsumerMetrics } from './consumer-metrics.js';

it('tells the lag that it last read, and how old that is, while the brokers hang or refuse', async () => {
  const registry = new Registry();
  let read: () => Promise<ReadonlyMap<number, number>> = () => Promise.reject(new Error('away'));
  const zero = () => 0;
  new ConsumerMetrics(registry, 'memory.events').registerGauges({
    lag: () => read(),
    oldestEventAgeSeconds: zero,
    deadLetterCount: () => Promise.resolve(0),
    partitions: zero,
  });
  const linesOf = async (name: string) => {
    const text = await registry.metrics();
    return text.split('\n').filter((line) => new RegExp(`^${name}[ {]`).test(line));
  };
  expect(await linesOf('consumer_lag')).toEqual([]);
  expect(await linesOf('consumer_lag_age_seconds')).toEqual(['consumer_lag_age_seconds Nan']);

  read = () =>
    Promise.resolve(
      new Map([
        [0, 7],
        [1, 5],
      ]),
    );
  const both = [
    'consumer_lag{topic="memory.events",partition="0"} 7',
    'consumer_lag{topic="memory.events",partition="1"} 5',
  ];
  expect(await linesOf('consumer_lag')).toEqual(both);

  // A reading is used for a second by all who ask.
  const later = performance.now() + 5000;
  jest.spyOn(performance, 'now').mockReturnValue(later);
  read = () => new Promise(() => {});
  expect(await linesOf('consumer_lag')).toEqual(both);
  const [age = ''] = await linesOf('consumer_lag_age_seconds');
  expect(Number(age.split(' ')[1])).toBeGreaterThan(4);
});
