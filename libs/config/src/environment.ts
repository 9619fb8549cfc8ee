/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process at the moment of the call. The only place that reads it. */
export function readEnvironment(): Environment {
  return { ...process.env };
}
