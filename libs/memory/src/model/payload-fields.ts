/** Payload fields with a meaning, each list in order of preference; configurable. */
export interface PayloadFields {
  /** Text that is searched; when a payload has none of them, all its strings are. */
  readonly text: readonly string[];
  /** What groups memories into one session. */
  readonly session: readonly string[];
  /** Who or what said it. */
  readonly source: readonly string[];
  /** When it happened: epoch seconds, milliseconds, or a date text. */
  readonly time: readonly string[];
}
