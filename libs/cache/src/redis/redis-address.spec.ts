import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl } from './redis-address.js';

describe('the address of Redis', () => {
  it('names one server', () => {
    expect(parseRedisUrl('redis://cache.local')).toEqual({
      place: { kind: 'single', node: { host: 'cache.local', port: 6379 } },
      db: 0,
      tls: false,
    });
    expect(parseRedisUrl('rediss://user:secret@[2001:db8::1]:6380/3')).toEqual({
      place: { kind: 'single', node: { host: '2001:db8::1', port: 6380 } },
      username: 'user',
      password: 'secret',
      db: 3,
      tls: true,
    });
  });

  it.each([
    ['redis://:p%40ss%2Fword@r', 'p@ss/word'],
    ['redis://:p@s3:c%ret@r:6379/0', 'p@s3:c%ret'],
    ['redis://r', undefined],
  ])('takes the password of %s as it is meant', (url, password) => {
    expect(parseRedisUrl(url).password).toBe(password);
    expect(parseRedisUrl(url).username).toBeUndefined();
  });

  it('names some nodes of a cluster', () => {
    expect(parseRedisUrl('rediss+cluster://soma:pw@a:7000,b').place).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
      ],
    });
  });

  it('names sentinels, the master they watch, and their own login', () => {
    const url = 'redis+sentinel://:pw@a,b:26380/main/2?sentinel_username=watch&sentinel_password=s%26cret';
    expect(parseRedisUrl(url)).toEqual({
      place: {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26380 },
        ],
        masterName: 'main',
        sentinelUsername: 'watch',
        sentinelPassword: 's&cret',
      },
      password: 'pw',
      db: 2,
      tls: false,
    });
  });

  it.each(['http://r', 'redis://a,b', 'redis+sentinel://a:26379', 'redis://:s3cret@r/x', 'redis://:s3cret@r:port'])(
    'refuses %s without showing it',
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow(/must look like redis:/);
      expect(() => parseRedisUrl(url)).not.toThrow(/s3cret/);
    },
  );
});
