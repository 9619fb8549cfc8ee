import { homedir } from 'node:os';
import { join } from 'node:path';

/** What tests take from the environment; no other file under `test/` reads it. */
export const testEnvironment = {
  /** A PostgreSQL to test against instead of the throw-away one; its user must be allowed to create databases. */
  get postgresUrl(): string | undefined {
    return process.env['SFM_TEST_POSTGRES_URL'] || undefined;
  },
  /** A Redis to test against; its keys are not flushed, but tests do write to it. */
  get redisUrl(): string | undefined {
    return process.env['SFM_TEST_REDIS_URL'] || undefined;
  },
  get qdrantUrl(): string | undefined {
    return process.env['SFM_TEST_QDRANT_URL'] || undefined;
  },
  get qdrantApiKey(): string | undefined {
    return process.env['SFM_TEST_QDRANT_API_KEY'] || undefined;
  },
  /** Comma-separated `host:port`, plaintext. */
  get kafkaBrokers(): string | undefined {
    return process.env['SFM_TEST_KAFKA_BROKERS'] || undefined;
  },
  /** A server that cannot be had fails its suites instead of skipping them. */
  get areServicesRequired(): boolean {
    return process.env['SFM_REQUIRE_SERVICES'] === '1';
  },
  /** SFM_TEST_DOCKER=0 starts processes although a Docker engine runs. */
  get mayUseDocker(): boolean {
    return process.env['SFM_TEST_DOCKER'] !== '0';
  },
  /** Where downloads are kept, outside the repository. */
  get cacheDir(): string {
    return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'somafractalmemory');
  },
  get javaHome(): string | undefined {
    return process.env['JAVA_HOME'] || undefined;
  },
  /** How often each process and server is killed (test/chaos). */
  get chaosRounds(): number {
    return Number(process.env['SFM_CHAOS_ROUNDS'] || 1);
  },
  /** How long a server stays away (test/chaos), milliseconds. */
  get chaosAbsenceMs(): number {
    return Number(process.env['SFM_CHAOS_ABSENCE_SECONDS'] || 4) * 1000;
  },
  /** How long each property of the parsers looks for a counterexample; undefined: a few hundred tries (`make fuzz`). */
  get fuzzMs(): number | undefined {
    const seconds = Number(process.env['SFM_FUZZ_SECONDS'] || 0);
    return seconds > 0 ? seconds * 1000 : undefined;
  },
  /** Folder of this test run, made by Jest's global setup and removed by its global teardown. */
  get runDir(): string | undefined {
    return process.env['SFM_TEST_RUN_DIR'] || undefined;
  },
};

/**
 * The environment of a process under test: what the system needs and `settings`, nothing of the developer's own. Several
 * run at once, so gRPC takes any free port unless a test asks for one.
 */
export function childEnvironment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...inherit(['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot']), SOMA_GRPC_PORT: '0', ...settings };
}

/** The environment of a tool that fetches packages or talks to Docker: it may need proxies, mirrors and contexts. */
export function toolEnvironment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}

function inherit(names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
