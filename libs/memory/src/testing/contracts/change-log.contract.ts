import { describe, expect, it } from '@jest/globals';
import type { Namespace } from '../../model/namespace.js';
import type { ChangeLog, LogPosition } from '../../watch/change-log.port.js';
import { aDeletion, aLink, aWrite, freshNamespace, type LedgerAccess, type TruthHarness } from '../truth-builders.js';

const LIMIT = 1000;

export interface ChangeLogHarness {
  readonly log: () => ChangeLog;
  readonly access: () => LedgerAccess;
}

/** Reads to the end; tells what it was told as `kind key@version`. */
async function readOn(log: ChangeLog, namespace: Namespace, from: LogPosition, limit = LIMIT) {
  const told: string[] = [];
  let position = from;
  for (;;) {
    const page = await log.after(namespace, position, limit);
    told.push(...page.changes.map(({ kind, key, version }) => `${kind} ${key}@${version ?? ''}`));
    position = page.position;
    if (page.isCaughtUp) return { told, position };
  }
}

/** What every ChangeLog adapter must do. Call it inside a spec file. */
export function describeChangeLogContract(
  adapter: string,
  truth: TruthHarness,
  { log, access }: ChangeLogHarness,
): void {
  /** A namespace with a memory in it: the first write of a namespace keeps others waiting until it commits. */
  const inhabited = async () => {
    const namespace = freshNamespace();
    await truth().writer.write([aWrite(namespace, { coordinate: [-1] })]);
    return namespace;
  };

  describe(`${adapter} as a log of changes`, () => {
    it('tells the changes of one namespace behind a position, in order and once, and goes on from each place', async () => {
      const [namespace, other] = [await inhabited(), await inhabited()];
      const begin = await log().now();
      await truth().writer.write([aWrite(namespace, { coordinate: [1] })]);
      await truth().writer.write([aWrite(other, { coordinate: [1] })]);
      await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
      await truth().links.writer.link(aLink({ namespace, from: 1, to: 2 }), 'both');
      const middle = await readOn(log(), namespace, begin, 1);
      await truth().writer.delete([aDeletion(namespace, '1')]);
      const rest = await readOn(log(), namespace, middle.position);
      expect(middle.told).toEqual(['created 1@1', 'created 2@1', 'linked 1@']);
      expect(rest.told).toEqual(expect.arrayContaining(['deleted 1@2']));
      expect(await readOn(log(), namespace, rest.position)).toMatchObject({ told: [] });
      expect((await readOn(log(), namespace, { seq: 0 })).told).toEqual(['created -1@1', ...middle.told, ...rest.told]);
    });

    it('tells no change before another one can appear in front of it no more', async () => {
      const namespace = await inhabited();
      const begin = await log().now();
      const slow = await access().begin();
      await slow.write([aWrite(namespace, { coordinate: [1] })]);
      await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
      const early = await readOn(log(), namespace, begin);
      expect(early.told).toEqual([]);
      await slow.commit();
      expect((await readOn(log(), namespace, early.position)).told).toEqual(['created 1@1', 'created 2@1']);
    });

    it('passes what was rolled back', async () => {
      const namespace = await inhabited();
      const begin = await log().now();
      const doomed = await access().begin();
      await doomed.write([aWrite(namespace, { coordinate: [1] })]);
      await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
      await doomed.rollBack();
      expect((await readOn(log(), namespace, begin)).told).toEqual(['created 2@1']);
    });

    it('refuses a position whose change this ledger does not have', async () => {
      const namespace = await inhabited();
      const { position } = await readOn(log(), namespace, { seq: 0 });
      const elsewhere = { seq: position.anchor?.seq ?? 0, eventId: '00000000-0000-4000-8000-000000000000' };
      await expect(log().after(namespace, { ...position, anchor: elsewhere }, LIMIT)).rejects.toMatchObject({
        code: 'unknown_cursor',
        field: 'position',
      });
    });
  });
}
