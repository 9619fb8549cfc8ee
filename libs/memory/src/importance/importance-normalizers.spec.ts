import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '../model/errors.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import { ImportanceNormalizers } from './importance-normalizers.js';
import { scaleOf } from './importance-scale.js';
import { ImportanceStates, type KnownImportances } from './importance-states.port.js';

const NAMESPACE = toNamespace('ns');

/** What all processes have committed, and who asked for it. */
class SharedSamples extends ImportanceStates {
  readonly asked: string[] = [];
  counted = 0;
  failure: Error | undefined;
  isLong = false;

  constructor(readonly samples: number[] = []) {
    super();
  }

  async read(namespace: Namespace): Promise<KnownImportances> {
    this.asked.push(namespace);
    if (this.failure) throw this.failure;
    return { state: scaleOf(this.samples).state, isLong: this.isLong };
  }

  async count(): Promise<void> {
    this.counted += 1;
    if (this.failure) throw this.failure;
  }

  async asOf(): Promise<undefined> {}

  async carry(): Promise<void> {}
}

function aProcess(shared: SharedSamples, maxNamespaces = 100) {
  let nowMs = 0;
  const failures: unknown[] = [];
  const normalizers = new ImportanceNormalizers(shared, {
    maxNamespaces,
    clock: () => nowMs,
    onBackgroundError: (error) => failures.push(error),
  });
  const write = async (...importances: readonly (number | null)[]) => {
    const commands = importances.map((importance) => ({ namespace: NAMESPACE, importance, importanceNorm: 0 }));
    const written = await normalizers.apply(commands);
    shared.samples.push(...importances.map((importance) => importance ?? 1));
    return written.map(({ importanceNorm }) => importanceNorm);
  };
  return { normalizers, write, failures, pass: (ms: number) => (nowMs += ms) };
}

describe('importances of several processes', () => {
  it('are normalised one after the other, those without one as 1', async () => {
    const { write } = aProcess(new SharedSamples());
    expect(await write(3, 9)).toEqual([0, 1]);
    expect(await write(5, null, 7)).toEqual([1 / 3, 0, 0.75]);
  });

  it('are known to the others a second later', async () => {
    const shared = new SharedSamples([0]);
    const [one, other] = [aProcess(shared), aProcess(shared)];
    expect(await other.write(5)).toEqual([1]);
    expect(await one.write(10)).toEqual([1]);
    other.pass(999);
    expect(await other.write(5)).toEqual([1]);
    other.pass(1);
    expect(await other.write(5)).toEqual([0.5]);
  });

  it('are read once for all who wait, and again after a failure', async () => {
    const shared = new SharedSamples([0, 10]);
    const { write } = aProcess(shared);
    shared.failure = new StoreUnavailableError('gone');
    await expect(Promise.all([write(5), write(5)])).rejects.toThrow(StoreUnavailableError);
    shared.failure = undefined;
    expect(shared.asked).toHaveLength(1);
    expect(await Promise.all([write(5), write(10)])).toEqual([[0.5], [1]]);
    expect(shared.asked).toHaveLength(2);
  });

  it('are counted when many wait; that it failed is told, and stops nobody', async () => {
    const shared = new SharedSamples([0, 10]);
    const { write, failures, pass } = aProcess(shared);
    shared.isLong = true;
    await write(5);
    expect(shared.counted).toBe(1);
    shared.count = () => Promise.reject(new StoreUnavailableError('gone'));
    pass(1000);
    expect(await write(5)).toEqual([0.5]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toHaveLength(1);
  });

  it('are known of a bounded number of namespaces, and read again for the others', async () => {
    const shared = new SharedSamples([0, 10]);
    const { normalizers } = aProcess(shared);
    const normalized = async (number: number) => {
      const namespace = toNamespace(`n${number}`);
      const [command] = await normalizers.apply([{ namespace, importance: 5, importanceNorm: 0 }]);
      return command?.importanceNorm;
    };
    for (let number = 0; number < 500; number += 1) expect(await normalized(number)).toBe(0.5);
    await normalized(450);
    expect(shared.asked).toHaveLength(500);
    await normalized(0);
    expect(shared.asked.slice(500)).toEqual(['n0']);
  });
});

describe('how importances compare', () => {
  it('is told at once once it is known, and read anew meanwhile', async () => {
    const shared = new SharedSamples([0, 10]);
    const { normalizers, pass, failures } = aProcess(shared);
    expect((await normalizers.scaleOf(NAMESPACE)).norm(5)).toBe(0.5);
    shared.samples.push(20);
    pass(1000);
    expect((await normalizers.scaleOf(NAMESPACE)).norm(5)).toBe(0.5);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await normalizers.scaleOf(NAMESPACE)).norm(5)).toBe(0.25);
    shared.failure = new StoreUnavailableError('gone');
    pass(1000);
    expect((await normalizers.scaleOf(NAMESPACE)).norm(5)).toBe(0.25);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toHaveLength(1);
  });

  it('changes nothing that is counted', async () => {
    const { normalizers, write } = aProcess(new SharedSamples());
    await write(0, 10);
    (await normalizers.scaleOf(NAMESPACE)).norm(1000);
    expect(await write(5)).toEqual([0.5]);
  });
});
