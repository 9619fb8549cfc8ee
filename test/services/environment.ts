/** What tests take from the environment; no other file under `test/` reads it. */
export const testEnvironment = {
  /** A PostgreSQL to test against instead of the throw-away one; its user must be allowed to create databases. */
  get postgresUrl(): string | undefined {
    return process.env['SFM_TEST_POSTGRES_URL'] || undefined;
  },
  /** Folder of this test run, made by Jest's global setup and removed by its global teardown. */
  get runDir(): string | undefined {
    return process.env['SFM_TEST_RUN_DIR'] || undefined;
  },
};

/** The environment of a process under test: what the system needs and `settings`, nothing of the developer's own. */
export function childEnvironment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...settings };
}
