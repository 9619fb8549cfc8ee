/** The one thing the limiter asks of Redis; whoever holds the connection provides it. */
export interface ScriptRunner {
  /**
   * Runs a Lua script on the server with nothing in between.
   *
   * @throws Error soon when the server is away or does not answer
   */
  runScript(source: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
}
