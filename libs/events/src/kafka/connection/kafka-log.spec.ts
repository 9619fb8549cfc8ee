import { describe, expect, it } from '@jest/globals';
import { logLevel } from 'kafkajs';
import { kafkaLogCreator } from './kafka-log.js';

const entry = (level: logLevel, message: string, extra: object = {}) => ({
  namespace: '',
  level,
  label: '',
  log: { timestamp: '', message, ...extra },
});

describe('kafkaLogCreator', () => {
  let time = 0;
  const said: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  const log = kafkaLogCreator(
    { log: say('log'), warn: say('warn'), error: say('error'), debug: say('debug') },
    () => time,
  )();

  it('warns of what the client calls an error, because it tries again', () => {
    said.length = 0;
    log(entry(logLevel.ERROR, 'Connection timeout', { broker: 'b:1', groupId: 'g' }));
    log(entry(logLevel.INFO, 'Consumer has joined the group'));
    expect(said).toEqual(['warn kafka: Connection timeout, b:1, g', 'debug kafka: Consumer has joined the group']);
  });

  it('says why, where the client does', () => {
    said.length = 0;
    const heartbeat = 'Response Heartbeat(key: 12, version: 3)';
    log(entry(logLevel.ERROR, heartbeat, { broker: 'b:1', error: 'The coordinator is not aware of this member' }));
    log(entry(logLevel.ERROR, 'Crash: no broker', { groupId: 'g', error: new Error('no broker') }));
    log(entry(logLevel.WARN, 'Connection error: ECONNREFUSED', { error: 'ECONNREFUSED', broker: '' }));
    expect(said).toEqual([
      `warn kafka: ${heartbeat}: The coordinator is not aware of this member, b:1`,
      'warn kafka: Crash: no broker, g',
      'warn kafka: Connection error: ECONNREFUSED',
    ]);
  });

  it('says the same thing twice only after a while', () => {
    said.length = 0;
    for (time = 1000; time < 62_000; time += 1000) log(entry(logLevel.ERROR, 'Connection refused'));
    expect(said).toHaveLength(3);
  });

  it('leaves out a warning about retries that does not concern us', () => {
    said.length = 0;
    log(entry(logLevel.WARN, 'Limiting retries for the idempotent producer may invalidate EoS guarantees'));
    expect(said).toEqual([]);
  });
});
