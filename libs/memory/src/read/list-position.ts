/**
 * A place in the order in which memories are listed: by creation time, then by id. Memories before and at it have been
 * looked at. No memory need live at it.
 */
export interface ListPosition {
  /** Unix time in milliseconds. */
  readonly createdAtMs: number;
  readonly id: number;
}
