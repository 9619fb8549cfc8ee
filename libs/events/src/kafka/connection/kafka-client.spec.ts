import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { recordedLog } from '../../../test/kafka-fixtures.js';
import { kafkaClientConfig, type KafkaSecurity } from './kafka-client.js';

const folder = mkdtempSync(join(tmpdir(), 'kafka-client-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const certificate = file('ca.pem', '-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n');
const configure = (security: KafkaSecurity) =>
  kafkaClientConfig({ brokers: ['localhost:9092'], clientId: 'test', security }, recordedLog());

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('kafkaClientConfig', () => {
  it('neither encrypts nor logs in unless asked to', () => {
    const config = configure({ protocol: 'PLAINTEXT', caFile: '/nowhere' });
    expect(config).not.toHaveProperty('ssl');
    expect(config).not.toHaveProperty('sasl');
  });

  it.each([
    ['PLAIN', 'plain'],
    ['SCRAM-SHA-256', 'scram-sha-256'],
    ['SCRAM-SHA-512', 'scram-sha-512'],
  ] as const)('logs in with %s', (mechanism, name) => {
    const sasl = { mechanism, username: 'u', password: 'p' };
    expect(configure({ protocol: 'SASL_PLAINTEXT', sasl })).toMatchObject({ sasl: { ...sasl, mechanism: name } });
  });

  it('trusts the given authority', () => {
    const { ssl } = configure({ protocol: 'SSL', caFile: certificate });
    expect(ssl).toMatchObject({ ca: [expect.stringContaining('BEGIN CERTIFICATE')] });
  });

  it.each<[string, KafkaSecurity, string]>([
    ['a missing file', { protocol: 'SSL', caFile: '/nowhere/ca.pem' }, 'cannot be read from /nowhere/ca.pem'],
    [
      'a file of another kind',
      { protocol: 'SSL', caFile: file('ca.der', 'binary') },
      'ca.der holds no PEM "CERTIFICATE"',
    ],
    [
      'a certificate without its key',
      { protocol: 'SSL', certFile: certificate },
      'both its certificate file and its key',
    ],
    ['a login without user', { protocol: 'SASL_SSL' }, 'needs a SASL mechanism, a user name and a password'],
  ])('refuses %s', (_name, security, message) => {
    expect(() => configure(security)).toThrow(message);
  });

  it('refuses to have no broker', () => {
    expect(() => kafkaClientConfig({ brokers: [], clientId: 'test' }, recordedLog())).toThrow('no Kafka broker');
  });
});
