import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder, describe } from '../programs/cached-folder.js';
import { testEnvironment } from '../environment.js';
import { REPOSITORY } from '../repository.js';
import { findOnPath, runTool } from '../programs/run-tool.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** A Kafka broker that can be run here. */
export interface KafkaProgram {
  readonly java: string;
  readonly jars: string;
  readonly logSettings: string;
  readonly version: string;
  readonly from: string;
}

const KAFKA = path.join(REPOSITORY, 'test', 'services', 'kafka');
const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2/';
const OLDEST_JAVA = 17;
const HOW = 'Start a Docker engine, or set SFM_TEST_KAFKA_BROKERS.';

/** Java, and the jars of Maven Central in the cache. */
export async function findKafka(): Promise<KafkaProgram> {
  const { java, javaVersion } = await findJava();
  const listing = await readFile(path.join(KAFKA, 'jars.sha256'), 'utf8');
  const expected = parse(listing);
  const version = /kafka_2\.13-([\d.]+)\.jar/.exec(listing)?.[1] ?? 'unknown';
  const name = `kafka-${version}-${createHash('sha256').update(listing).digest('hex').slice(0, 8)}`;
  const jars = await cachedFolder(name, (draft) => fetchJars(draft, expected)).catch((error: unknown) => {
    throw new ServerUnavailable(`Kafka's jars could not be fetched: ${describe(error)} ${HOW}`, { cause: error });
  });
  return {
    java,
    jars,
    version,
    from: `Maven Central, Java ${javaVersion}`,
    logSettings: path.join(KAFKA, 'log4j2.xml'),
  };
}

async function findJava(): Promise<{ java: string; javaVersion: string }> {
  const { javaHome } = testEnvironment;
  const candidates = [javaHome && path.join(javaHome, 'bin', 'java'), await findOnPath('java')];
  const found: string[] = [];
  for (const java of candidates) {
    if (!java) continue;
    const javaVersion = await runTool(java, ['-version']).then(
      (text) => /version "([^"]+)"/.exec(text)?.[1],
      () => undefined,
    );
    if (javaVersion !== undefined && Number.parseInt(javaVersion, 10) >= OLDEST_JAVA) return { java, javaVersion };
    found.push(`${java} is ${javaVersion ?? 'broken'}`);
  }
  const what = found.length === 0 ? 'there is none' : found.join(', ');
  throw new ServerUnavailable(
    `Kafka needs Java ${OLDEST_JAVA} or newer; ${what}. Install openjdk-17-jre-headless. ${HOW}`,
  );
}

/** Path on Maven Central → SHA-256. */
function parse(listing: string): ReadonlyMap<string, string> {
  return new Map([...listing.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)].map(([, hash = '', file = '']) => [file, hash]));
}

/** By Maven, which knows the mirrors of its user; without it, or when it fails, straight from Maven Central. */
async function fetchJars(draft: string, expected: ReadonlyMap<string, string>): Promise<void> {
  const mvn = await findOnPath('mvn');
  const maven = mvn === undefined ? Promise.reject(new Error('mvn is not installed')) : runMaven(mvn, draft);
  await maven.catch(async (mavenError: unknown) => {
    await download(draft, [...expected.keys()]).catch((error: unknown) => {
      throw new Error(`${describe(error)} (and ${describe(mavenError)})`);
    });
  });
  await verify(draft, expected);
}

async function runMaven(mvn: string, draft: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`];
  // Maven writes beside the pom.
  const pom = path.join(draft, 'pom.xml');
  await cp(path.join(KAFKA, 'pom.xml'), pom);
  await runTool(mvn, ['--batch-mode', '--quiet', '--file', pom, ...goal], { cwd: draft });
}

async function download(draft: string, files: readonly string[]): Promise<void> {
  const waiting = [...files];
  const fetchNext = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const response = await fetch(MAVEN_CENTRAL + file, { signal: AbortSignal.timeout(120_000) });
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}.`);
      await writeFile(path.join(draft, path.basename(file)), new Uint8Array(await response.arrayBuffer()));
    }
  };
  await Promise.all(Array.from({ length: 6 }, fetchNext));
}

/** A jar that is missing, changed or not on the list is not run. */
async function verify(draft: string, expected: ReadonlyMap<string, string>): Promise<void> {
  const wanted = new Map([...expected].map(([file, hash]) => [path.basename(file), hash]));
  for (const name of await readdir(draft)) {
    if (!name.endsWith('.jar')) continue;
    const hash = createHash('sha256')
      .update(await readFile(path.join(draft, name)))
      .digest('hex');
    if (wanted.get(name) !== hash) throw new Error(`${name} is not the file of jars.sha256.`);
    wanted.delete(name);
  }
  if (wanted.size > 0) throw new Error(`missing: ${[...wanted.keys()].join(', ')}.`);
}
