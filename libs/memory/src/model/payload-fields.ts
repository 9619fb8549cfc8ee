/** Payload fields with a special meaning, each list in order of preference; configurable. */
export interface PayloadFields {
  /** Fields with the text to search; a payload with none of them is searched in all its strings. */
  readonly text: readonly string[];
  /** Fields that name the session of a memory. */
  readonly session: readonly string[];
  /** Fields that name the source: the person or thing that said it. */
  readonly source: readonly string[];
  /** Fields with the time of the event: what `readTime` reads, or a date in words. */
  readonly time: readonly string[];
}
