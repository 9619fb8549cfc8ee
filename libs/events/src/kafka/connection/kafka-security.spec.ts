import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BusUnavailableError, toNamespace } from '@sfm/memory';
import { describeWith } from '../../../../../test/services/availability.js';
import { securedKafka, type SecuredKafka } from '../../../../../test/services/kafka/kafka.js';
import { anEvent, freshTopic, PATIENT, recordedLog } from '../../../test/kafka-fixtures.js';
import { createKafkaClient, type KafkaSecurity, type SaslMechanism } from './kafka-client.js';
import { KafkaEventBus } from '../producing/kafka-event-bus.js';
import { KafkaHealth } from '../topics/kafka-health.js';

const describeKafka = await describeWith(['kafka']);
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

describeKafka('KafkaEventBus at a broker that wants to know whom it talks to', () => {
  let server: SecuredKafka;
  const buses: KafkaEventBus[] = [];
  const login = (mechanism: SaslMechanism, change: object = {}) => {
    const { username, password } = server;
    return { sasl: { mechanism, username, password, ...change } };
  };
  const publish = async (security: KafkaSecurity, requestTimeoutMs = PATIENT.requestTimeoutMs) => {
    const brokers = {
      PLAINTEXT: server.saslPlaintext,
      SASL_PLAINTEXT: server.saslPlaintext,
      SSL: server.ssl,
      SASL_SSL: server.saslSsl,
    }[security.protocol];
    const kafka = createKafkaClient(
      { brokers, clientId: 'test', security, ...PATIENT, requestTimeoutMs },
      recordedLog(),
    );
    const bus = new KafkaEventBus(kafka, recordedLog(), { topic: freshTopic() });
    buses.push(bus);
    return (await bus.publish([anEvent(toNamespace('ns'), 1, 1)])).published.length;
  };

  beforeAll(async () => {
    server = await securedKafka();
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.disconnect()));
  });

  it.each(MECHANISMS)('logs in with %s', async (mechanism) => {
    expect(await publish({ protocol: 'SASL_PLAINTEXT', ...login(mechanism) })).toBe(1);
  });

  it.each(MECHANISMS)('logs in with %s over TLS', async (mechanism) => {
    expect(await publish({ protocol: 'SASL_SSL', caFile: server.caFile, ...login(mechanism) })).toBe(1);
  });

  it('encrypts without a login, with and without a client certificate', async () => {
    const { caFile, certFile, keyFile } = server;
    expect(await publish({ protocol: 'SSL', caFile })).toBe(1);
    expect(await publish({ protocol: 'SSL', caFile, certFile, keyFile })).toBe(1);
  });

  it.each(MECHANISMS)('says that a %s login is refused', async (mechanism) => {
    const failure = publish({ protocol: 'SASL_PLAINTEXT', ...login(mechanism, { password: 'wrong' }) });
    await expect(failure).rejects.toThrow(BusUnavailableError);
    await expect(failure).rejects.toThrow(/refuse the login .*check user name, password and SASL mechanism/);
  });

  it('says that the certificate of a broker is not trusted', async () => {
    const failure = publish({ protocol: 'SSL', caFile: server.otherCaFile });
    await expect(failure).rejects.toThrow(/TLS connection .*check the security protocol and the certificate authority/);
  });

  it.each<[string, () => KafkaSecurity]>([
    ['plain text at a broker that wants a login', () => ({ protocol: 'PLAINTEXT' })],
  ])('fails in bounded time with %s', async (_name, security) => {
    await expect(publish(security(), 3000)).rejects.toThrow(BusUnavailableError);
  });

  it('reports a refused login as the problem of its health', async () => {
    const security = { protocol: 'SASL_PLAINTEXT', ...login('SCRAM-SHA-256', { password: 'wrong' }) } as const;
    const health = new KafkaHealth(
      { brokers: server.saslPlaintext, clientId: 'test', security },
      { topics: [], timeoutMs: 30_000 },
    );
    expect(await health.check()).toEqual({ isUp: false, problem: expect.stringContaining('refuse the login') });
    await health.disconnect();
  });
});
