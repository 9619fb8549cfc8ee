import { expect, it } from '@jest/globals';
import type { IndexChange } from '../../index-model/index-point.js';
import { toNamespace, type Namespace } from '../../model/namespace.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { InMemoryProjectionSource, InMemoryTruth } from '../../testing/in-memory-truth.js';
import { FixedEmbedder } from '../../testing/in-memory-vectors.js';
import { Indexer, type ProjectionIndex } from './indexer.js';

const NAMESPACE = toNamespace('ns');

/** As an index server that several processes write to: the newer version wins, and a removed point leaves no trace. */
class ForgetfulServer {
  readonly versions = new Map<string, number>();

  apply(changes: readonly IndexChange[]): void {
    for (const change of changes) {
      const { key, version } = change.kind === 'upsert' ? change.point : change;
      if (version <= (this.versions.get(key) ?? 0)) continue;
      if (change.kind === 'upsert') this.versions.set(key, version);
      else this.versions.delete(key);
    }
  }
}

it('leaves no point of a deleted memory when the write of a slower indexer comes after the removal', async () => {
  const truth = new InMemoryTruth();
  const server = new ForgetfulServer();
  const indexerOn = (index: ProjectionIndex) =>
    new Indexer(new InMemoryProjectionSource(truth), [index], new FixedEmbedder(), new SilentTelemetry());
  let goOn: () => void = () => {};
  let hasRead: () => void = () => {};
  const maySend = new Promise<void>((resolve) => (goOn = resolve));
  const reading = new Promise<void>((resolve) => (hasRead = resolve));

  truth.write(NAMESPACE, '1');
  const slow = indexerOn({
    apply: async (_namespace: Namespace, changes: readonly IndexChange[]) => {
      hasRead();
      await maySend;
      server.apply(changes);
    },
  }).refresh([{ namespace: NAMESPACE, key: '1' }]);
  await reading;
  truth.delete(NAMESPACE, '1');
  const quick = indexerOn({
    apply: async (_namespace: Namespace, changes: readonly IndexChange[]) => {
      server.apply(changes);
      goOn();
      await slow;
    },
  });
  expect(await quick.refresh([{ namespace: NAMESPACE, key: '1' }])).toEqual([]);

  expect(truth.row(NAMESPACE, '1')).toMatchObject({ version: 2, indexedVersion: 2 });
  expect([...server.versions]).toEqual([]);
});
