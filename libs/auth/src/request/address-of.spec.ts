import { expect, it } from '@jest/globals';
import { addressOf } from './address-of.js';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:0DB8:0:0:ffff::2', '2001:db8:0:0'],
  ['2001:db8:0:1:1:2:3:4', '2001:db8:0:1'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0'],
  ['::1', '0:0:0:0'],
  ['unknown', 'unknown'],
  ['x'.repeat(10_000), 'unknown'],
  ['', 'unknown'],
  [undefined, 'unknown'],
])('the address %s counts as %s', (ip, address) => {
  expect(addressOf({ ip })).toBe(address);
});
