import type { Memory } from '../model/memory.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { MemoryTelemetry } from '../telemetry.port.js';

/** Contents of the candidates of one recall as they are in the truth. Each is read once. */
export class CandidateContents {
  private readonly known = new Map<string, Memory | undefined>();

  constructor(
    private readonly reader: Pick<MemoryReader, 'findByKeys'>,
    private readonly telemetry: Pick<MemoryTelemetry, 'observeLane'>,
    private readonly of: { readonly namespace: string; readonly now: Date },
  ) {}

  /** Those of the keys that the truth has, in the order of the keys. @throws StoreUnavailableError */
  async read(keys: readonly string[]): Promise<readonly Memory[]> {
    const unknown = keys.filter((key) => !this.known.has(key));
    if (unknown.length > 0) {
      const start = performance.now();
      const found = await this.reader.findByKeys(this.of.namespace, unknown, this.of.now);
      this.telemetry.observeLane('hydrate', performance.now() - start);
      for (const key of unknown) this.known.set(key, undefined);
      for (const memory of found) this.known.set(memory.key, memory);
    }
    return keys.flatMap((key) => this.known.get(key) ?? []);
  }
}
