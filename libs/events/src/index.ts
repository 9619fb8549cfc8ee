export { EmbeddedEventBus, type EventSubscriber } from './embedded/embedded-event-bus.js';
export { eventEpochSeconds } from './event-timestamp.js';
export { EventValidator } from './event-validator.js';
export { DEFAULT_RELAY_OPTIONS, OutboxRelay, type OutboxRelayOptions, type RelayLog } from './outbox-relay.js';
