const INITIAL_CAPACITY = 16;

/** Timestamps, oldest first, in a ring buffer that doubles when full. */
export class RequestLog {
  private ring = new Float64Array(INITIAL_CAPACITY);
  private start = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Returns the time at this index; 0 is the oldest. */
  at(index: number): number | undefined {
    return index < this.count ? this.ring[(this.start + index) % this.ring.length] : undefined;
  }

  append(time: number): void {
    if (this.count === this.ring.length) this.resize(this.ring.length * 2);
    this.ring[(this.start + this.count) % this.ring.length] = time;
    this.count++;
  }

  /** Forgets everything at or before `time`. */
  dropUntil(time: number): void {
    while (this.count > 0 && (this.ring[this.start] ?? 0) <= time) {
      this.start = (this.start + 1) % this.ring.length;
      this.count--;
    }
    if (this.ring.length > INITIAL_CAPACITY && this.count < this.ring.length / 8) this.resize(this.ring.length / 4);
  }

  private resize(capacity: number): void {
    const resized = new Float64Array(Math.max(INITIAL_CAPACITY, capacity));
    for (let index = 0; index < this.count; index++) {
      resized[index] = this.ring[(this.start + index) % this.ring.length] ?? 0;
    }
    this.ring = resized;
    this.start = 0;
  }
}
