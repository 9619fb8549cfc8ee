import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeWith } from '../services/availability.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { freePort } from '../services/lifetime/free-port.js';
import { findHelm } from '../services/programs/helm-program.js';
import { FULLNAME, plainEnv, render } from './chart.js';

const describeReal = await describeWith(['kafka'], { helm: findHelm });
const SECRETS: Readonly<Record<string, string>> = { SOMA_BROKER_USER: 'soma', SOMA_BROKER_PASSWORD: 'of-the-secret' };

/** Kubernetes puts variables in, and the image makes server properties of what begins with KAFKA_. */
function properties(environment: Readonly<Record<string, string>>): Record<string, string> {
  const settings = Object.entries(environment).filter(([name]) => /^KAFKA_(SASL|LISTENER_|INTER_)/.test(name));
  return Object.fromEntries(
    settings.map(([name, value]) => [
      name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'),
      value.replaceAll(/\$\((\w+)\)/g, (asIs, variable: string) => SECRETS[variable] ?? asIs),
    ]),
  );
}

describeReal('the broker of the chart', () => {
  let kafka: KafkaProcess;
  let address: string;

  beforeAll(async () => {
    const [port, inside, outside, controller] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    address = `127.0.0.1:${port}`;
    const environment = plainEnv((await render('values.yaml')).container(`${FULLNAME}-redpanda`, 'broker'));
    kafka = await startKafka({
      properties: {
        ...properties(environment),
        // Ports that are free on this machine, in place of those of the pod.
        listeners: `PLAINTEXT://${address},OUTSIDE://127.0.0.1:${outside},INTERNAL://127.0.0.1:${inside},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `PLAINTEXT://${address},OUTSIDE://127.0.0.1:${outside},INTERNAL://127.0.0.1:${inside}`,
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      },
    });
  }, 120_000);
  afterAll(async () => {
    await kafka?.stop();
  });

  const topicsFor = async (password?: string) => {
    const sasl = password === undefined ? {} : { sasl: { mechanism: 'plain' as const, username: 'soma', password } };
    const options = { brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 }, connectionTimeout: 5000 };
    const admin = new Kafka({ ...options, ...sasl }).admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } finally {
      await admin.disconnect();
    }
  };

  it('lets in who has the password of the Secret, and nobody else', async () => {
    expect(await topicsFor('of-the-secret')).toEqual([]);
    await expect(topicsFor('guessed')).rejects.toThrow(/SASL|authentication/i);
    await expect(topicsFor()).rejects.toThrow();
  }, 60_000);
});
