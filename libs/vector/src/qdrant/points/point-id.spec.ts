import { describe, expect, it } from '@jest/globals';
import { pointId } from './point-id.js';

describe('pointId', () => {
  // Points of existing collections have these ids: another one for the same memory would leave a second point behind.
  it.each([
    ['api_ns', '1,2,3', '90823373-5cec-5206-9b69-9d6fc83c03dc'],
    ['api_ns', '-0.5,1e+21', 'be8214c4-f174-5390-bcc4-e9989af3563d'],
    ['team.ünïcode', '7', 'ff832307-581a-50b5-8aae-7d789337d37a'],
  ])('gives %s and %s the id that they have always had', (namespace, key, id) => {
    expect(pointId(namespace, key)).toBe(id);
  });
});
