/** The only Redis operation that the limiter needs; implemented by the owner of the connection. */
export interface ScriptRunner {
  /**
   * Runs a Lua script atomically on the server.
   *
   * @throws Error promptly when the server is down or does not answer
   */
  runScript(source: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
}
