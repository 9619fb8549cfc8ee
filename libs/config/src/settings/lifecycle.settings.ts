import { flag, integer, integerOrOff, list, scaled } from '../kinds/setting-kinds.js';

/** A whole number of seconds, at most a hundred years. */
const SECONDS = /^\d{1,10}$/;
const MAX_SECONDS = 3_155_760_000;
/** Names of payload fields, with `+` between those of one level. */
const KEYS = /^[^,+]+(\+[^,+]+)*$/;

/** Which memories are kept, and what they lose with time. */
export const lifecycleSettings = {
  maxMemories: integerOrOff({
    name: 'SOMA_MAX_MEMORY_SIZE',
    fallback: 0,
    max: 1_000_000_000,
    unit: 'memories',
    description:
      'Memories that a namespace without a retention rule of its own keeps. Beyond this number the least important ones ' +
      'are deleted, of those the oldest, soon after the store that made them too many; never the newest. Off unless it is ' +
      'set, where the reference implementation has 100000.',
  }),
  pruningIntervalSeconds: integer({
    name: 'SOMA_PRUNING_INTERVAL_SECONDS',
    fallback: 600,
    min: 1,
    max: 86_400,
    unit: 's',
    description: 'Time between two rounds of decay and of the retention rules.',
  }),
  expirySweepMs: scaled({
    name: 'SOMA_EXPIRY_SWEEP_SECONDS',
    fallback: 60,
    min: 0,
    max: 86_400,
    factor: 1000,
    unit: 's',
    description:
      'Time between two looks for memories whose expires_at is past. They are found by nobody from that moment on; the ' +
      'sweep deletes them from every store. 0: never.',
  }),
  isDecayEnabled: flag({
    name: 'SOMA_DECAY_ENABLED',
    fallback: true,
    description: 'Let memories lose with time what the settings below say. They say nothing unless they are set.',
  }),
  decayThresholds: list({
    name: 'SOMA_DECAY_THRESHOLDS_SECONDS',
    fallback: [],
    allowed: `whole numbers of seconds from 0 to ${MAX_SECONDS}, separated by commas, or none`,
    item: (text) => (SECONDS.test(text) && Number(text) <= MAX_SECONDS ? String(Number(text)) : undefined),
    description:
      'Ages of the levels of decay. A memory older than one loses the keys of that level from its payload, and those of ' +
      'every level whose age it has passed. It ages from its creation; storing it again does not make it younger.',
  }),
  decayableKeys: list({
    name: 'SOMA_DECAYABLE_KEYS_BY_LEVEL',
    fallback: [],
    allowed: 'for each threshold the keys of its level, joined by +; levels separated by commas; or none',
    item: (text) => (KEYS.test(text) ? text : undefined),
    description:
      'Keys at the top of payloads, for each of SOMA_DECAY_THRESHOLDS_SECONDS in their order: raw+log,embedding_input.',
  }),
  isDecayScored: flag({
    name: 'SOMA_DECAY_BY_SCORE',
    fallback: false,
    description:
      'Strip memories of importance 1 and less to memory_type, timestamp, coordinate and importance once hours of age + ' +
      'hours since the last read - 0.5 for each read - 2 for each point of importance are more than 2.',
  }),
};
