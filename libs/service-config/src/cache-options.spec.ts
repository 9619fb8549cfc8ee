import { describe, expect, it } from '@jest/globals';
import { loadConfig, type Environment } from '@sfm/config';
import { cacheOptions } from './cache-options.js';

const connection = (environment: Environment) => cacheOptions(loadConfig(environment, () => 'PEM')).redis;
const single = (host: string, port: number) => ({ kind: 'single', node: { host, port } });

describe('the Redis of the configuration', () => {
  it('is none unless an address is given', () => {
    expect(connection({})).toBeUndefined();
  });

  it('is what REDIS_URL says, a login and a database of their own winning over it', () => {
    expect(connection({ REDIS_URL: 'rediss://user:old@r:7000/1', REDIS_TLS_CA: '/ca' })).toEqual({
      address: { place: single('r', 7000), username: 'user', password: 'old', db: 1, tls: true },
      ttlMs: 300_000,
      tlsCaFile: '/ca',
    });
    const changed = connection({
      REDIS_URL: 'redis://user:old@r/1',
      REDIS_PASSWORD: 'new',
      REDIS_DB: '2',
      REDIS_PORT: '7',
    });
    expect(changed?.address).toEqual({
      place: single('r', 7),
      username: 'user',
      password: 'new',
      db: 2,
      tls: false,
    });
  });

  it('is at REDIS_HOST, alone or in place of the addresses of REDIS_URL', () => {
    expect(connection({ REDIS_HOST: 'r' })?.address).toEqual({ place: single('r', 6379), db: 0, tls: false });
    expect(connection({ REDIS_HOST: 'r', REDIS_TLS_CA: '/ca' })?.address.tls).toBe(true);
    const both = { REDIS_URL: 'rediss+cluster://:pw@a,b', REDIS_HOST: 'r', REDIS_PORT: '7000' };
    expect(connection(both)?.address).toEqual({ place: single('r', 7000), password: 'pw', db: 0, tls: true });
  });

  it('may be a cluster or watched by sentinels', () => {
    const kindOf = (REDIS_URL: string) => connection({ REDIS_URL, REDIS_PASSWORD: 'pw' })?.address;
    expect(kindOf('redis+cluster://a,b')).toMatchObject({ place: { kind: 'cluster' }, password: 'pw' });
    expect(kindOf('redis+sentinel://a/main')).toMatchObject({ place: { kind: 'sentinel' }, password: 'pw' });
  });
});
