/** Collects the values of a statement and returns their placeholders. */
export class SqlParameters {
  readonly values: unknown[];

  /** @param first values that the statement names itself: `$1`, `$2`, … */
  constructor(first: readonly unknown[] = []) {
    this.values = [...first];
  }

  /** Returns the placeholder (`$n`) of a value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
