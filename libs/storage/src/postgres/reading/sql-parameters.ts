/** Collects the values of a statement and returns their placeholders. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** Returns the placeholder (`$n`) of a value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
