import { InvalidRequestError, MEMORY_TYPES, type MemoryType as CoreMemoryType } from '@sfm/memory';

/** Modes of operation. There is one: every write is an event, with and without servers around. */
export const MemoryMode = {
  EVENTED_ENTERPRISE: 'evented_enterprise',

  /**
   * Reads a mode as a person writes it: blanks around it and capitals do not count, nothing means the one there is.
   *
   * @throws InvalidRequestError for any other word
   */
  fromString(text?: string | null): MemoryMode {
    const word = (text ?? '').trim().toLowerCase();
    if (word === '' || word === MemoryMode.EVENTED_ENTERPRISE) return MemoryMode.EVENTED_ENTERPRISE;
    throw new InvalidRequestError('mode', `must be '${MemoryMode.EVENTED_ENTERPRISE}'`);
  },
} as const;

export type MemoryMode = 'evented_enterprise';

/** What a memory is: something that happened, or a fact. */
export const MemoryType = { EPISODIC: 'episodic', SEMANTIC: 'semantic' } as const satisfies Record<
  string,
  CoreMemoryType
>;

export type MemoryType = CoreMemoryType;

/** @throws InvalidRequestError unless it is a type of memory */
export function checkType(type: string): MemoryType {
  const known = MEMORY_TYPES.find((each) => each === type);
  if (known) return known;
  throw new InvalidRequestError('memoryType', `must be one of ${MEMORY_TYPES.join(', ')}`);
}
