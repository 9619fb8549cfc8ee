import { BusUnavailableError, type EventRecord } from '@sfm/memory';
import { describeEventBusContract } from '@sfm/memory/testing';
import { EventValidator } from '../validation/event-validator.js';
import { EmbeddedEventBus } from './embedded-event-bus.js';

const received: EventRecord[] = [];
let isAway = false;

const bus = new EmbeddedEventBus(new EventValidator(), async (records) => {
  if (isAway) throw new BusUnavailableError('the subscriber is away');
  received.push(...records);
  return { published: records.map(({ event }) => event.event_id) };
});

describeEventBusContract('EmbeddedEventBus', () => ({
  bus,
  received: async () => received,
  spoil: (event) => ({ ...event, timestamp: 'soon' }),
  interrupt: async () => void (isAway = true),
  restore: async () => void (isAway = false),
}));
