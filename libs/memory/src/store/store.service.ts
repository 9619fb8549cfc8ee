import { toTheEnd } from '../attempts/bounded-wait.js';
import { noteWritten } from '../consistency/consistency-scope.js';
import { mapInTurns } from '../attempts/turns.js';
import type { ImportanceNormalizers } from '../importance/importance-normalizers.js';
import {
  InvalidBulkItemError,
  InvalidRequestError,
  NamespaceForbiddenError,
  OutcomeUnknownError,
} from '../model/errors.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import type { MemoryWriter, WriteCommand, WriteReceipt } from './memory-writer.port.js';
import { MicroBatcher, type MicroBatcherOptions } from './micro-batcher.js';
import type { NewMemory, StoredMemory, StoreLimits, StoreOutcome } from './store.types.js';
import type { PayloadFields } from '../model/payload-fields.js';
import { toWriteCommand } from './write-command.js';
import type { Namespace } from '../model/namespace.js';
import { currentScope, withinNamespaces } from '../model/namespace-scope.js';

export interface StoreOptions {
  readonly limits: StoreLimits;
  readonly fields: PayloadFields;
  readonly batching: MicroBatcherOptions;
}

/** Stores memories. Every method resolves only after the writes are committed in the truth store. */
export class StoreService {
  private readonly batcher: MicroBatcher<WriteCommand, WriteReceipt>;
  private readonly bulks = new Set<Promise<unknown>>();

  constructor(
    private readonly writer: MemoryWriter,
    private readonly normalizers: ImportanceNormalizers,
    private readonly telemetry: MemoryTelemetry,
    private readonly options: StoreOptions,
  ) {
    this.batcher = new MicroBatcher(
      (commands) => this.writeShared(commands),
      options.batching,
      (size) => this.telemetry.observeWriteBatch(size),
    );
  }

  /**
   * Stores one memory; a memory already at the coordinate is replaced and its version grows by one.
   *
   * @throws InvalidRequestError naming the field; StoreUnavailableError when the truth cannot be written.
   */
  async store(namespace: Namespace, memory: NewMemory): Promise<StoredMemory> {
    return this.submit(await this.prepare(namespace, memory));
  }

  /**
   * Stores all memories or none, in one transaction; memories at one coordinate apply in order. Goes on when the caller
   * hangs up meanwhile.
   *
   * @throws InvalidBulkItemError naming the first bad item by its index; nothing was stored.
   */
  async storeAll(namespace: Namespace, memories: readonly NewMemory[]): Promise<readonly StoredMemory[]> {
    this.checkBulkSize(memories);
    return this.storePortions(namespace, memories);
  }

  /**
   * As `storeAll`, for any number of memories: all are checked before the first is stored, then stored in transactions
   * of at most `maxBulkItems`, one after the other. A failure leaves those before it stored; storing all again is safe.
   *
   * @throws OutcomeUnknownError when some are stored and others are not
   */
  async storePortions(namespace: Namespace, memories: readonly NewMemory[]): Promise<readonly StoredMemory[]> {
    return this.noted(this.checkAndWrite(namespace, memories));
  }

  /**
   * Stores a memory where one was deleted or has expired, as its next version: the memory lives on as if that had not been.
   *
   * @param revives the version at the coordinate, that of the deletion
   * @throws VersionConflictError when it is not the newest any more; as `store`
   */
  async revive(namespace: Namespace, memory: NewMemory, revives: number): Promise<StoredMemory> {
    const command = { ...this.toCommand(namespace, { ...memory, expectedVersion: 0 }), revives };
    const [stored] = await toTheEnd(() => this.noted(this.writePortion([command])));
    if (!stored) throw new Error('the store answered without a receipt');
    return stored;
  }

  /**
   * Stores each memory independently: an invalid or failing one does not prevent the others from being stored. Memories
   * for one coordinate apply in order.
   */
  async storeEach(namespace: Namespace, memories: readonly NewMemory[]): Promise<readonly StoreOutcome[]> {
    this.checkBulkSize(memories);
    const prepared = memories.map((memory) => this.prepare(namespace, memory));
    // All must be prepared before the first is written, so that a slow one is not overtaken by a later one.
    await Promise.allSettled(prepared);
    const settled = await Promise.allSettled(prepared.map(async (command) => this.submit(await command)));
    return settled.map((result) =>
      result.status === 'fulfilled'
        ? { stored: result.value }
        : { error: result.reason instanceof Error ? result.reason : new Error(String(result.reason)) },
    );
  }

  /** True while a caller waits for a commit. */
  get isBusy(): boolean {
    return this.bulks.size > 0 || this.batcher.isBusy;
  }

  /** Resolves when every accepted write has been answered. */
  async drained(): Promise<void> {
    while (this.isBusy) await Promise.all([this.batcher.idle(), Promise.allSettled(this.bulks)]);
  }

  private async submit(command: WriteCommand): Promise<StoredMemory> {
    const start = performance.now();
    // Its batch has the namespaces of others too.
    if (currentScope()?.covers(command.namespace) === false) throw new NamespaceForbiddenError(command.namespace);
    const stored = await this.batcher.submit(command);
    noteWritten(stored.position);
    this.telemetry.observeStore(performance.now() - start);
    return stored;
  }

  /** Writes a batch of several requests, each checked by itself. */
  private writeShared(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    const namespaces = [...new Set(commands.map(({ namespace }) => namespace))];
    return withinNamespaces(namespaces, () => this.writer.write(commands));
  }

  private async checkAndWrite(namespace: Namespace, memories: readonly NewMemory[]): Promise<readonly StoredMemory[]> {
    const commands = await this.toCommands(namespace, memories);
    // Noted by itself: it goes on when its caller does not wait for it any more.
    return toTheEnd(() => this.noted(this.writePortions(commands)));
  }

  /** Keeps the service busy until the bulk is done. */
  private async noted<T>(bulk: Promise<T>): Promise<T> {
    this.bulks.add(bulk);
    try {
      return await bulk;
    } finally {
      this.bulks.delete(bulk);
    }
  }

  private toCommands(namespace: Namespace, memories: readonly NewMemory[]): Promise<readonly WriteCommand[]> {
    return mapInTurns(memories, (memory, index) => {
      try {
        return this.toCommand(namespace, memory);
      } catch (error) {
        if (error instanceof InvalidRequestError) throw new InvalidBulkItemError(index, error);
        throw error;
      }
    });
  }

  private async writePortions(commands: readonly WriteCommand[]): Promise<readonly StoredMemory[]> {
    const { maxBulkItems } = this.options.limits;
    const stored: StoredMemory[] = [];
    for (let start = 0; start < commands.length; start += maxBulkItems) {
      try {
        stored.push(...(await this.writePortion(commands.slice(start, start + maxBulkItems))));
      } catch (error) {
        if (start === 0) throw error;
        throw new OutcomeUnknownError(`the first ${start} of ${commands.length} items are stored`, { cause: error });
      }
    }
    return stored;
  }

  private async writePortion(commands: readonly WriteCommand[]): Promise<readonly StoredMemory[]> {
    const start = performance.now();
    const stored = await this.writer.write(await this.normalizers.apply(commands));
    noteWritten(stored[0]?.position);
    this.telemetry.observeWriteBatch(commands.length);
    this.telemetry.observeStore(performance.now() - start);
    return stored;
  }

  private checkBulkSize(memories: readonly NewMemory[]): void {
    const { maxBulkItems } = this.options.limits;
    if (memories.length > maxBulkItems) {
      throw new InvalidRequestError('items', `must hold at most ${maxBulkItems} items, got ${memories.length}`);
    }
  }

  private toCommand(namespace: Namespace, memory: NewMemory): WriteCommand {
    const command = toWriteCommand(namespace, memory, this.options);
    const traceparent = this.telemetry.traceparent();
    return traceparent === undefined ? command : { ...command, traceparent };
  }

  private async prepare(namespace: Namespace, memory: NewMemory): Promise<WriteCommand> {
    const command = this.toCommand(namespace, memory);
    const [normalized = command] = await this.normalizers.apply([command]);
    return normalized;
  }
}
