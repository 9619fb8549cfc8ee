import { describe, expect, it } from '@jest/globals';
import { waitFor } from '../../../../../../test/services/lifetime/wait-for.js';
import { LifeSigns } from './life-signs.js';

describe('LifeSigns', () => {
  it('says once that there was no sign for the limit', async () => {
    let now = 0;
    let silences = 0;
    let looks = 0;
    const clock = () => {
      looks += 1;
      return now;
    };
    const signs = new LifeSigns(10, clock);
    const stop = signs.watch(() => (silences += 1));
    now = 9;
    signs.note();
    now = 18;
    let before = looks;
    await waitFor(() => looks > before + 2);
    expect(silences).toBe(0);
    now = 19;
    await waitFor(() => silences === 1);
    before = looks;
    stop();
    expect(silences).toBe(1);
  });
});
