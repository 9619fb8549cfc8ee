/** Collects values for a statement and hands out their placeholders. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** The placeholder (`$n`) of a value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
