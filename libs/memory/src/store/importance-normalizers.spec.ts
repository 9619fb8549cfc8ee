import { expect, it } from '@jest/globals';
import { toNamespace, type Namespace } from '../model/namespace.js';
import { ImportanceHistory } from './importance-history.port.js';
import { ImportanceNormalizers } from './importance-normalizers.js';

class CountedHistory extends ImportanceHistory {
  readonly asked: string[] = [];
  async recentImportances(namespace: Namespace): Promise<readonly number[]> {
    this.asked.push(namespace);
    return [0, 10];
  }
}

it('keeps the values of a bounded number of namespaces, and seeds the others again', async () => {
  const history = new CountedHistory();
  const normalizers = new ImportanceNormalizers(history, 100);
  const normalized = async (number: number) => {
    const namespace = toNamespace(`n${number}`);
    const [command] = await normalizers.apply([{ namespace, importance: 5, importanceNorm: 0 }]);
    return command?.importanceNorm;
  };
  for (let number = 0; number < 5000; number += 1) expect(await normalized(number)).toBe(0.5);
  await normalized(4950);
  expect(history.asked).toHaveLength(5000);
  expect(await normalized(0)).toBe(0.5);
  expect(history.asked.slice(5000)).toEqual(['n0']);
});
