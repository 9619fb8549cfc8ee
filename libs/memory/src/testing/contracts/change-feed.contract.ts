import { describe, expect, it } from '@jest/globals';
import type { ChangeFeed, FeedPosition, LedgerChange } from '../../indexing/following/change-feed.port.js';
import { seededRandom } from '../seeded-random.js';
import {
  aDeletion,
  aForeignWrite,
  aWrite,
  freshNamespace,
  type LedgerAccess,
  type TruthHarness,
} from '../truth-builders.js';
import type { Namespace } from '../../model/namespace.js';

const SEEDS = [1, 2, 3];
const WRITERS = 6;
const TRANSACTIONS_PER_WRITER = 25;
const READERS = 3;
const LIMIT = 1000;

const nameOf = ({ key, version }: Pick<LedgerChange, 'key' | 'version'>) => `${key}@${version}`;

/** One that follows the feed of a namespace and remembers what it was told. */
class Follower {
  readonly seen = new Map<string, number>();
  resets = 0;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly namespace: Namespace,
    public position: FeedPosition,
  ) {}

  /** Reads until it is told that nothing more was committed before. */
  async catchUp(limit: number): Promise<void> {
    for (;;) {
      const { changes, position, isCaughtUp, isReset } = await this.feed.since(this.position, limit);
      if (isReset) {
        this.resets += 1;
        return;
      }
      this.position = position;
      for (const change of changes.filter(({ namespace }) => namespace === this.namespace)) {
        this.seen.set(nameOf(change), (this.seen.get(nameOf(change)) ?? 0) + 1);
      }
      if (isCaughtUp) return;
    }
  }
}

/** What every ChangeFeed adapter must do. Call it inside a spec file. */
export function describeChangeFeedContract(adapter: string, truth: TruthHarness, access: () => LedgerAccess): void {
  const follow = async (namespace: Namespace) => new Follower(truth().feed, namespace, await truth().feed.now());
  /** A namespace with a memory in it: the first write of a namespace keeps others waiting until it commits. */
  const inhabited = async () => {
    const namespace = freshNamespace();
    await truth().writer.write([aWrite(namespace, { coordinate: [-1] })]);
    return namespace;
  };
  const tick = () => new Promise((resolve) => setImmediate(resolve));

  describe(`${adapter} as a change feed`, () => {
    it('reports what was committed after the position, in order, whoever wrote it, and then nothing', async () => {
      const namespace = await inhabited();
      await truth().writer.write([aWrite(namespace, { coordinate: [0] })]);
      const follower = await follow(namespace);
      await truth().writer.write([aWrite(namespace, { coordinate: [1] }), aWrite(namespace, { coordinate: [2] })]);
      await truth().ledger.record([aForeignWrite(namespace, { coordinate: [3] })]);
      await truth().writer.delete([aDeletion(namespace, '1')]);
      await follower.catchUp(LIMIT);
      expect([...follower.seen]).toEqual([
        ['1@1', 1],
        ['2@1', 1],
        ['3@1', 1],
        ['1@2', 1],
      ]);
      await follower.catchUp(LIMIT);
      await follower.catchUp(LIMIT);
      expect([...follower.seen.values()]).toEqual([1, 1, 1, 1]);
      expect(follower.resets).toBe(0);
    });

    it('can be read in small pieces', async () => {
      const namespace = await inhabited();
      const follower = await follow(namespace);
      await truth().writer.write(Array.from({ length: 25 }, (_, x) => aWrite(namespace, { coordinate: [x] })));
      const first = await truth().feed.since(follower.position, 10);
      expect(first.changes.length).toBeLessThanOrEqual(10);
      expect(first.isCaughtUp).toBe(false);
      await follower.catchUp(4);
      expect(follower.seen.size).toBe(25);
    });

    it('does not miss a change that commits after changes with later numbers were read', async () => {
      const namespace = await inhabited();
      const follower = await follow(namespace);
      const slow = await access().begin();
      await slow.write([aWrite(namespace, { coordinate: [1] })]);
      await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
      for (let reads = 0; reads < 5; reads += 1) await follower.catchUp(LIMIT);
      expect([...follower.seen.keys()]).toEqual(['2@1']);
      await slow.commit();
      await follower.catchUp(LIMIT);
      expect([...follower.seen.keys()]).toEqual(['2@1', '1@1']);
    });

    it('does not miss one either when the transaction with the later number is the older one', async () => {
      const namespace = await inhabited();
      const follower = await follow(namespace);
      const [older, younger] = [await access().begin(), await access().begin()];
      await older.write([aWrite(namespace, { coordinate: [1] })]);
      await younger.write([aWrite(namespace, { coordinate: [2] })]);
      await older.write([aWrite(namespace, { coordinate: [3] })]);
      await older.commit();
      for (let reads = 0; reads < 5; reads += 1) await follower.catchUp(LIMIT);
      expect([...follower.seen.keys()]).toEqual(['1@1', '3@1']);
      await younger.commit();
      await follower.catchUp(LIMIT);
      expect([...follower.seen.keys()]).toEqual(['1@1', '3@1', '2@1']);
    });

    it('takes a start position behind every write that is still under way', async () => {
      const namespace = await inhabited();
      const [older, younger] = [await access().begin(), await access().begin()];
      await older.write([aWrite(namespace, { coordinate: [1] })]);
      await younger.write([aWrite(namespace, { coordinate: [2] })]);
      await older.write([aWrite(namespace, { coordinate: [3] })]);
      await older.commit();
      const follower = await follow(namespace);
      for (let reads = 0; reads < 3; reads += 1) await follower.catchUp(LIMIT);
      await younger.commit();
      await follower.catchUp(LIMIT);
      expect([...follower.seen.keys()]).toContain('2@1');
    });

    it('never reports what was rolled back, nor waits for it', async () => {
      const namespace = await inhabited();
      const follower = await follow(namespace);
      const doomed = await access().begin();
      await doomed.write([aWrite(namespace, { coordinate: [1] })]);
      await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
      await follower.catchUp(LIMIT);
      await doomed.rollBack();
      await truth().writer.write([aWrite(namespace, { coordinate: [3] })]);
      for (let reads = 0; reads < 3; reads += 1) await follower.catchUp(LIMIT);
      expect([...follower.seen.keys()]).toEqual(['2@1', '3@1']);
    });

    it.each(SEEDS)(
      'misses nothing of many transactions that end in any order or not at all (seed %i)',
      async (seed) => {
        const random = seededRandom(seed);
        const namespace = await inhabited();
        const committed: string[] = [];
        const rolledBack: string[] = [];
        /** Everything that was or is being committed. */
        const ending = new Set<string>();
        const first = await follow(namespace);
        let isOver = false;

        const writer = async (id: number) => {
          for (let transaction = 0; transaction < TRANSACTIONS_PER_WRITER; transaction += 1) {
            const open = await access().begin();
            const keys: string[] = [];
            for (let part = 0; part <= Math.floor(random() * 3); part += 1) {
              const coordinates = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => [
                id,
                transaction,
                part,
                n,
              ]);
              await open.write(coordinates.map((coordinate) => aWrite(namespace, { coordinate })));
              keys.push(...coordinates.map((coordinate) => coordinate.join(',')));
              for (let pause = Math.floor(random() * 20); pause > 0; pause -= 1) await tick();
            }
            const names = keys.map((key) => nameOf({ key, version: 1 }));
            if (random() < 0.3) {
              await open.rollBack();
              rolledBack.push(...names);
            } else {
              for (const name of names) ending.add(name);
              await open.commit();
              committed.push(...names);
            }
          }
        };
        const reader = async (follower: Follower, exempt: ReadonlySet<string>) => {
          const missing = (names: readonly string[]) =>
            names.filter((name) => !exempt.has(name) && !follower.seen.has(name));
          while (!isOver) {
            const before = [...committed];
            await follower.catchUp(1 + Math.floor(random() * 30));
            expect(missing(before)).toEqual([]);
          }
          await follower.catchUp(LIMIT);
          expect(missing(committed)).toEqual([]);
          expect(rolledBack.filter((name) => follower.seen.has(name))).toEqual([]);
          expect(follower.resets).toBe(0);
        };
        const lateReader = async () => {
          const follower = await follow(namespace);
          await reader(follower, new Set(ending));
        };

        const longRunning = await access().begin();
        await longRunning.write([aWrite(namespace, { coordinate: [99] })]);
        const writing = Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(id)))
          .then(() => {
            ending.add('99@1');
            return longRunning.commit();
          })
          .then(() => committed.push('99@1'))
          .finally(() => (isOver = true));
        const late = Array.from({ length: READERS - 1 }, () => lateReader());
        await Promise.all([writing, reader(first, new Set()), ...late]);
      },
    );

    it('says that the ledger was replaced when it ends before the position', async () => {
      const namespace = await inhabited();
      const mark = await access().mark();
      const follower = await follow(namespace);
      await truth().writer.write([aWrite(namespace, { coordinate: [1] })]);
      await follower.catchUp(LIMIT);
      await access().rewindTo(mark);
      await follower.catchUp(LIMIT);
      expect(follower.resets).toBe(1);
      const anew = await follow(namespace);
      await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
      await anew.catchUp(LIMIT);
      expect([...anew.seen.keys()]).toEqual(['2@1']);
    });

    it('says so too when the other ledger has grown past the position meanwhile', async () => {
      const namespace = await inhabited();
      const mark = await access().mark();
      await truth().writer.write([1, 2, 3].map((x) => aWrite(namespace, { coordinate: [x] })));
      const follower = await follow(namespace);
      await follower.catchUp(LIMIT);
      await access().rewindTo(mark);
      await truth().writer.write([4, 5, 6, 7, 8].map((x) => aWrite(namespace, { coordinate: [x] })));
      await follower.catchUp(LIMIT);
      expect(follower.resets).toBe(1);
    });

    it('does not take a position of another feed', async () => {
      await expect(truth().feed.since({ kind: 'feed position' }, LIMIT)).rejects.toThrow(TypeError);
    });
  });
}
