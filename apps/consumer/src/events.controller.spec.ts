import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  EmbedderUnavailableError,
  EventProcessor,
  IndexUnavailableError,
  StoreUnavailableError,
  toNamespace,
  type EventRecord,
  type ProcessOutcome,
} from '@sfm/memory';
import { Registry } from 'prom-client';
import { EventsController } from './events.controller.js';
import { ConsumerMetrics } from './metrics/consumer-metrics.js';

function anEvent(id: string, version?: number): EventRecord {
  const event = {
    event_id: id,
    id,
    namespace: toNamespace('ns'),
    type: 'created',
    timestamp: 1,
    payload: { coordinate: [1] },
  };
  return { key: '1', event, ...(version === undefined ? {} : { version }) };
}

describe('EventsController', () => {
  const lines: unknown[] = [];
  let registry: Registry;

  const controllerOn = (process: (records: readonly EventRecord[]) => Promise<ProcessOutcome>) => {
    const processor: Pick<EventProcessor, 'process'> = { process };
    return new EventsController(processor, new ConsumerMetrics(registry, 'memory.events'));
  };
  const valueOf = async (metric: string) => {
    const text = await registry.metrics();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(metric))
        ?.split(' ')
        .at(-1),
    );
  };

  beforeEach(() => {
    lines.length = 0;
    registry = new Registry();
    const record = (line: unknown) => void lines.push(line);
    jest.spyOn(Logger.prototype, 'log').mockImplementation(record);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(record);
  });

  it('tells once for each batch what was processed, and what was not and why', async () => {
    const outcome = { poisoned: [{ eventId: 'b', reason: 'it is poison', isPermanent: false }] };
    const details: unknown[] = [];
    jest.spyOn(Logger.prototype, 'debug').mockImplementation((line: unknown) => void details.push(line));
    const controller = controllerOn(() => Promise.resolve(outcome));
    expect(await controller.apply([anEvent('a'), anEvent('b'), anEvent('c', 2)])).toEqual(outcome);
    const fields = { namespace: toNamespace('ns'), type: 'created' };
    expect(lines).toEqual([
      { event: 'Successfully processed event', event_id: 'a', ...fields, events: 2 },
      { event: 'Processing failed for event', event_id: 'b', reason: 'it is poison', ...fields },
    ]);
    expect(details).toEqual([{ event: 'Successfully processed event', event_id: 'c', ...fields }]);
    expect(await valueOf('consumer_process_success_total{component="both"}')).toBe(2);
    expect(await valueOf('consumer_process_failure_total{component="kv_writer"}')).toBe(1);
  });

  it.each([
    ['kv_writer', new StoreUnavailableError('away')],
    ['vector_indexer', new IndexUnavailableError('away')],
    ['vector_indexer', new EmbedderUnavailableError('away')],
  ])('passes on what concerns all of them, and counts it for %s', async (component, error) => {
    const controller = controllerOn(() => Promise.reject(error));
    await expect(controller.apply([anEvent('a'), anEvent('b')])).rejects.toBe(error);
    expect(lines).toEqual([]);
    expect(await valueOf(`consumer_process_failure_total{component="${component}"}`)).toBe(2);
    expect(await valueOf('consumer_process_success_total{component="both"}')).toBe(0);
  });
});
