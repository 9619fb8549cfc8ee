/** How far two clocks drift apart at worst, as a share of the time that passes. */
const DRIFT = 0.0005;

/** The server's clock minus this process's lies between the two. */
interface Offset {
  readonly lowMs: number;
  readonly highMs: number;
  readonly atMs: number;
}

/**
 * Translates between this process's clock (`performance.now()`) and the server's, which other processes see too. Each
 * answer of the server that tells its time narrows the bounds; they widen again as clocks drift. A reading outside the
 * bounds shows that the server's clock was set, or that another server answers now, and counts alone.
 *
 * Source: Cristian, "Probabilistic clock synchronization" (1989), with bounds kept over several readings.
 */
export class ServerClock {
  private offset: Offset | undefined;

  /** Notes that the server's clock showed `serverMs` (epoch) at some moment between the two of ours. */
  note(serverMs: number, { sentMs, receivedMs }: { readonly sentMs: number; readonly receivedMs: number }): void {
    const read = { lowMs: serverMs - receivedMs, highMs: serverMs - sentMs, atMs: receivedMs };
    const known = this.at(receivedMs);
    const low = Math.max(read.lowMs, known?.lowMs ?? -Infinity);
    const high = Math.min(read.highMs, known?.highMs ?? Infinity);
    this.offset = low > high ? read : { lowMs: low, highMs: high, atMs: receivedMs };
  }

  /** Makes the next reading count alone. */
  forget(): void {
    this.offset = undefined;
  }

  /** The earliest time that the server's clock can show at this moment of ours; undefined before the first reading. */
  earliestAt(localMs: number): number | undefined {
    const offset = this.at(localMs);
    return offset && localMs + offset.lowMs;
  }

  private at(localMs: number): Offset | undefined {
    if (this.offset === undefined) return undefined;
    const { lowMs, highMs, atMs } = this.offset;
    const drifted = Math.abs(localMs - atMs) * DRIFT;
    return { lowMs: lowMs - drifted, highMs: highMs + drifted, atMs: localMs };
  }
}
