import { testEnvironment } from '../environment.js';
import { isListening } from '../lifetime/free-port.js';
import { launchKafka, launchSecuredKafka, type KafkaOptions, type SecuredKafka } from '../launch.js';
import { oncePerRun } from '../lifetime/once-per-run.js';
import { ServerUnavailable, type ServerProcess } from '../lifetime/server-process.js';
import { noteUse, privatePlace, runFolder, sharedServer } from '../lifetime/shared-server.js';

export type { KafkaOptions, SecuredKafka } from '../launch.js';

export interface TestKafka {
  /** `host:port`, plaintext. */
  readonly brokers: string[];
}

export type KafkaProcess = ServerProcess & TestKafka;

const NEVER_KILLED = { 'broker.session.timeout.ms': '60000' };

let shared: Promise<TestKafka> | undefined;
let secured: Promise<SecuredKafka> | undefined;

/**
 * The broker of this test run, shared by all workers: take topics and groups nobody else has. Topics are not created by
 * themselves.
 *
 * @throws ServerUnavailable saying how to get one
 */
export function testKafka(): Promise<TestKafka> {
  shared ??= obtain();
  return shared;
}

/** A broker of the test's own. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaProcess> {
  const { server, brokers } = await launchKafka(privatePlace('kafka'), options);
  await noteUse('kafka', 'own process');
  return Object.assign(server, { brokers });
}

/** The broker of this test run that wants passwords and certificates, started for the first that asks. */
export function securedKafka(): Promise<SecuredKafka> {
  secured ??= obtainSecured();
  return secured;
}

async function obtain(): Promise<TestKafka> {
  const given = testEnvironment.kafkaBrokers?.split(',').map((broker) => broker.trim());
  if (given !== undefined) {
    await assertReachable(given);
    await noteUse('kafka', 'given');
    return { brokers: given };
  }
  const { state, source } = await sharedServer('kafka', async (place) => ({
    address: (await launchKafka(place, { properties: NEVER_KILLED })).brokers.join(','),
  }));
  await noteUse('kafka', source);
  return { brokers: (state['address'] ?? '').split(',') };
}

async function obtainSecured(): Promise<SecuredKafka> {
  const { json = '' } = await oncePerRun(runFolder(), 'kafka-secured', async () => {
    const { server: _, ...description } = await launchSecuredKafka(privatePlace('kafka'));
    return { json: JSON.stringify(description) };
  });
  await noteUse('kafka', 'own process');
  return JSON.parse(json);
}

async function assertReachable(brokers: readonly string[]): Promise<void> {
  for (const broker of brokers) {
    const [host = '', port = '9092'] = broker.split(':');
    if (await isListening(host, Number(port))) return;
  }
  throw new ServerUnavailable(`Nothing answers at SFM_TEST_KAFKA_BROKERS (${brokers.join(', ')}).`);
}
