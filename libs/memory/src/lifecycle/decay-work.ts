import { InvalidRequestError, MemoryError, VersionConflictError } from '../model/errors.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { PayloadFields } from '../model/payload-fields.js';
import type { ListPosition } from '../read/list-position.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { MemoryWriter, WriteCommand } from '../store/memory-writer.port.js';
import { sameValidity } from '../store/same-validity.js';
import type { NewMemory, StoreLimits } from '../store/store.types.js';
import { toWriteCommand } from '../store/write-command.js';
import { decayed, type DecayRules } from './rules/decay.js';
import type { HeldLease } from './held-lease.js';
import type { Pace } from './pace.js';
import type { DecayingMemories } from './ports/decaying-memories.port.js';
import type { LifecycleTelemetry } from './ports/lifecycle-telemetry.port.js';

/** A memory that loses keys. */
export interface Decay {
  readonly memory: Memory;
  readonly lost: readonly string[];
}

/** What decay is made of. */
export interface DecayParts {
  readonly memories: DecayingMemories;
  readonly reader: Pick<MemoryReader, 'findByKeys'>;
  readonly writer: Pick<MemoryWriter, 'write'>;
  readonly telemetry: LifecycleTelemetry;
  readonly rules: DecayRules;
  readonly limits: StoreLimits;
  readonly fields: PayloadFields;
}

/** Takes from memories what they lose with time: each change is a new version of the memory, with its event. */
export class DecayWork {
  constructor(
    private readonly parts: DecayParts,
    private readonly pace: Pace,
  ) {}

  /** False where no memory ever loses anything. */
  get isOn(): boolean {
    const { levels, isScored } = this.parts.rules;
    return levels.length > 0 || isScored;
  }

  /** The memories of one page that lose something, and where the next page begins. */
  async look(namespace: Namespace, after?: ListPosition) {
    const { memories, rules } = this.parts;
    const { memories: found, next } = await memories.page(namespace, rules, after);
    const changes = found.flatMap(({ memory, facts }) => {
      const payload = decayed(memory, facts, rules);
      return payload === undefined ? [] : [{ memory, payload, lost: lostOf(memory, payload) }];
    });
    return { changes, next };
  }

  /**
   * Takes from every memory of the namespace what it has to lose. A memory that is changed meanwhile is left to the next
   * run. Resolves with whether the end was reached.
   *
   * @throws LeaseLostError; StoreUnavailableError
   */
  async decay(
    lease: HeldLease,
    namespace: Namespace,
    onDecayed?: (decays: readonly Decay[]) => void,
  ): Promise<boolean> {
    if (!this.isOn) return true;
    let after: ListPosition | undefined;
    do {
      if (this.pace.isStopping) return false;
      const { changes, next } = await lease.batch(() => this.look(namespace, after));
      const done = await lease.batch(() => this.write(namespace, changes));
      this.parts.telemetry.countDecayed(done.length);
      onDecayed?.(done);
      after = next;
      if (changes.length > 0) await this.pace.rest();
    } while (after);
    return true;
  }

  private async write(namespace: Namespace, changes: readonly (Decay & Pick<Memory, 'payload'>)[]) {
    const commands: { readonly change: Decay; readonly command: WriteCommand }[] = [];
    for (const change of changes) {
      const command = this.commandOf(namespace, change, await sameValidity(change.memory, this.parts.reader));
      if (command) commands.push({ change, command });
    }
    if (commands.length === 0) return [];
    try {
      await this.parts.writer.write(commands.map(({ command }) => command));
      return commands.map(({ change }) => change);
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
    const done: Decay[] = [];
    for (const { change, command } of commands) if (await this.isWritten(command)) done.push(change);
    return done;
  }

  private async isWritten(command: WriteCommand): Promise<boolean> {
    try {
      await this.parts.writer.write([command]);
      return true;
    } catch (error) {
      if (isOvertaken(error)) return false;
      throw error;
    }
  }

  /** Undefined for a memory that the limits of today would not take any more: it stays as it is. */
  private commandOf(
    namespace: Namespace,
    change: Decay & Pick<Memory, 'payload'>,
    validity: Partial<NewMemory>,
  ): WriteCommand | undefined {
    const { coordinate, type, version, importance, importanceNorm, expiresAt } = change.memory;
    const memory: NewMemory = {
      ...validity,
      coordinate,
      type,
      payload: change.payload,
      expectedVersion: version,
      ...(importance === null ? {} : { importance }),
      ...(expiresAt === null ? {} : { expiresAt }),
    };
    try {
      return { ...toWriteCommand(namespace, memory, this.parts), importanceNorm };
    } catch (error) {
      if (error instanceof MemoryError) return undefined;
      throw error;
    }
  }
}

/** True when somebody changed the memory, or what it supersedes, since it was looked at. */
function isOvertaken(error: unknown): boolean {
  return error instanceof VersionConflictError || error instanceof InvalidRequestError;
}

function lostOf(memory: Memory, payload: Memory['payload']): readonly string[] {
  return Object.keys(memory.payload).filter((name) => !Object.hasOwn(payload, name));
}
