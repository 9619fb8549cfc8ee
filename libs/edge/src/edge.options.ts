import type { RequestBounds } from './checks/request-bounds.js';

export interface EdgeOptions {
  readonly bounds: RequestBounds;
  /**
   * Encrypts page cursors: they hold store-wide creation numbers that a namespace must not learn. Every process behind
   * one address needs the same values. The first one encrypts, each of them decrypts; at least one.
   */
  readonly cursorSecrets: readonly string[];
}
