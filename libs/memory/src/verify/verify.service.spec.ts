import { beforeEach, describe, expect, it } from '@jest/globals';
import { aVerifiedStore, VERIFIED_NAMESPACE as NAMESPACE } from '../testing/verified-store.js';
import { NamespaceBusyError } from '../model/errors.js';
import type { HeldPoint } from './ports/point-audit.port.js';
import type { DisputedLink } from './ports/truth-audit.port.js';
import type { Difference, VerifyProgress, VerifyRequest } from './verify.types.js';

let store: ReturnType<typeof aVerifiedStore>;
let found: Record<'first' | 'after repair', string[]>;
let notes: string[];
let progress: VerifyProgress[];

const verify = (request: Partial<VerifyRequest> = {}) =>
  store.verifier.verify(
    { maxPendingSeconds: 60, ...request },
    {
      onDifference: (difference: Difference, run) => found[run].push(`${difference.kind} ${difference.key ?? '-'}`),
      onNote: (note) => notes.push(note),
      onProgress: (step) => progress.push(step),
    },
  );

beforeEach(async () => {
  store = aVerifiedStore();
  found = { first: [], 'after repair': [] };
  notes = [];
  progress = [];
  await store.store('1', '2', '3', '4', '5');
  store.truth.delete(NAMESPACE, '5');
  await store.index('5');
});
import { toNamespace } from '../model/namespace.js';

const OTHER = toNamespace('other');

describe('verifying a healthy store', () => {
  it('agrees and says what was compared', async () => {
    store.truth.write(NAMESPACE, '6');
    const report = await verify();
    expect(report).toEqual({
      agrees: true,
      namespaces: [
        {
          namespace: NAMESPACE,
          memories: 5,
          tombstones: 1,
          events: 7,
          unhashed: 0,
          points: 4,
          links: 0,
          pending: 1,
          moving: 0,
          deadLetters: 0,
        },
      ],
      differences: {},
      repaired: null,
    });
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['points', 'memories']));
  });

  it('calls nothing a difference that is written and indexed while it runs', async () => {
    let round = 0;
    const busy = async () => {
      round += 1;
      store.truth.write(NAMESPACE, '1');
      store.truth.write(NAMESPACE, `1${round}`);
      if (round > 1) store.truth.delete(NAMESPACE, `1${round - 1}`);
      await store.index('1', `1${round}`, `1${round - 1}`);
    };
    store.truth.beforeBatch = busy;
    store.traffic.pause = busy;
    expect(await verify()).toMatchObject({ agrees: true });
    expect(found.first).toEqual([]);
  });

  it('counts what changes at every look as moving', async () => {
    store.points().points.delete('1');
    const { source, reads } = countingReads();
    store.truth.beforeBatch = () => {};
    source(() => store.truth.write(NAMESPACE, '1'));
    const report = await verify();
    expect(reads()).toBeGreaterThan(0);
    expect(report).toMatchObject({ agrees: true, namespaces: [{ moving: 1 }] });
  });
});

/** Lets something happen between the two readings of a look. */
function countingReads() {
  let change: () => void = () => {};
  let reads = 0;
  const audit = store.vectors.of(NAMESPACE);
  const original = audit.points.entries.bind(audit.points);
  Object.defineProperty(audit.points, Symbol.iterator, {
    value: () => {
      reads += 1;
      if (reads > 1) change();
      return original();
    },
  });
  return { source: (action: () => void) => (change = action), reads: () => reads };
}

describe('differences that repair cannot mend', () => {
  const plants: [string, string, () => void][] = [
    ['a payload that was changed aside', 'content_mismatch 2', () => (row('2').payload = { text: 'forged' })],
    ['a coordinate that was changed aside', 'coordinate_mismatch 2', () => (row('2').coordinate = [9])],
    ['a payload and hash changed together', 'ledger_mismatch 2', () => forge('2')],
    ['a memory without any event', 'ledger_missing 3', () => removeEvents('3')],
    ['a missing event between others', 'ledger_gap 1', () => gap('1')],
    ['a version that no event made', 'ledger_version_mismatch 1', () => (row('1').version = 2)],
    ['an event of another type', 'ledger_type_mismatch 5', () => (newestEvent('5').type = 'updated')],
    ['an event with another payload', 'ledger_mismatch 4', () => (newestEvent('4').payload = { text: 'forged' })],
    ['an older event that was changed aside', 'ledger_altered 1', () => (store.truth.proofs.altered = [1])],
    ['an event after another than the ledger has', 'ledger_unlinked 1', () => (store.truth.proofs.unlinked = [2])],
    ['a link that only the ledger has', 'link_missing 1', () => dispute('missing')],
    ['a link that the ledger does not have', 'link_unrecorded 1', () => dispute('unrecorded')],
    ['a link with another weight than the ledger says', 'link_mismatch 1', () => dispute('differing')],
    ['a ledger without its memory', 'memory_missing 4', () => store.truth.rows.delete(`${NAMESPACE}\n4`)],
  ];

  it.each(plants)('%s is %s, also after repair', async (_name, expected, plant) => {
    plant();
    expect((await verify()).agrees).toBe(false);
    expect(found.first).toContain(expected);
    const report = await verify({ repair: true });
    expect(report.agrees).toBe(false);
    expect(Object.keys(report.differences)).toContain(expected.split(' ')[0]);
  });

  const dispute = (kind: DisputedLink['dispute']) =>
    void store.truth.disputed.push({ from: '1', to: '2', type: 't', dispute: kind });
  const row = (key: string) => store.truth.row(NAMESPACE, key);
  const newestEvent = (key: string) => {
    const event = store.truth.events.findLast((candidate) => candidate.key === key);
    if (!event) throw new Error('no event');
    return event;
  };
  const removeEvents = (key: string) => {
    for (let at = store.truth.events.length - 1; at >= 0; at -= 1) {
      if (store.truth.events[at]?.key === key) store.truth.events.splice(at, 1);
    }
  };
  const forge = (key: string) => {
    const { contentHash } = store.truth.write(toNamespace('aside'), '1', { text: 'forged' });
    Object.assign(row(key), { payload: { text: 'forged' }, contentHash });
  };
  const gap = (key: string) => {
    store.truth.write(NAMESPACE, key);
    store.truth.write(NAMESPACE, key);
    store.truth.events.splice(
      store.truth.events.findIndex((event) => event.key === key && event.version === 2),
      1,
    );
  };
});

describe('differences that repair mends', () => {
  const plants: [string, string, () => void][] = [
    ['a point that is gone', 'point_missing 1', () => store.points().points.delete('1')],
    ['a point of an older version', 'point_stale 2', () => stale('2')],
    ['a point of a version that never was', 'point_ahead 2', () => put('2', 7)],
    ['a point with another content', 'point_payload_mismatch 1', () => put('1', 1)],
    ['a point with another vector', 'point_vector_mismatch 1', () => bend('1', { vector: [0, 1] })],
    ['a point with one component bent', 'point_vector_mismatch 1', () => bend('1', { vector: [1, 0.0001] })],
    ['a point whose vector was taken', 'point_vector_mismatch 1', () => bend('1', { vector: null })],
    ['a point with another time of creation', 'point_mismatch 1', () => bend('1', { createdAtMs: 1001 })],
    ['a point that expires', 'point_mismatch 1', () => bend('1', { expiresAtMs: 2000 })],
    ['a point in the name of another memory', 'point_mismatch 1', () => bend('1', { id: 2 })],
    ['a text that does not follow from the payload', 'text_mismatch 1', () => retext('1', 'forged')],
    ['a point without a memory', 'point_orphaned 99', () => put('99', 1)],
    ['a point of a deleted memory', 'point_orphaned 5', () => put('5', 1)],
    ['two points of one memory', 'point_duplicate 3', () => put('3', 1, 1)],
    ['a write that was never indexed', 'point_unindexed 8', () => overdue('8')],
    ['a link to a deleted memory', 'link_dangling 1', () => link('1', '5')],
    ['a link from nowhere', 'link_dangling 77', () => link('77', '1')],
    ['a namespace that is not registered', 'namespace_unregistered -', () => store.truth.registered.delete(NAMESPACE)],
  ];

  it.each(plants)('%s is %s, reported alone, and mended', async (_name, expected, plant) => {
    plant();
    expect(await verify()).toMatchObject({ agrees: false, repaired: null });
    expect(found.first).toEqual([expected]);
    expect(await verify({ repair: true })).toMatchObject({ agrees: true, repaired: 1, differences: {} });
    expect(found['after repair']).toEqual([]);
    expect(await verify()).toMatchObject({ agrees: true });
  });

  it('indexes what is pending too, however young it is', async () => {
    store.truth.write(NAMESPACE, '6');
    expect(await verify()).toMatchObject({ agrees: true, namespaces: [{ pending: 1, points: 4 }] });
    expect(await verify({ repair: true })).toMatchObject({
      agrees: true,
      repaired: 0,
      namespaces: [{ pending: 0, points: 5 }],
    });
  });

  it('keeps links between memories', async () => {
    link('1', '2');
    expect(await verify({ repair: true })).toMatchObject({ agrees: true, repaired: 0 });
    expect(store.truth.links).toHaveLength(1);
  });

  it('repairs the derived and still reports the rest', async () => {
    store.points().points.delete('1');
    store.truth.row(NAMESPACE, '2').payload = { text: 'forged' };
    const report = await verify({ repair: true });
    expect(report).toMatchObject({ agrees: false, repaired: 1, differences: { content_mismatch: 1 } });
    expect(report.differences).not.toHaveProperty('point_missing');
  });

  it('indexes again when an indexer marks a memory while its point goes', async () => {
    store.points().points.delete('1');
    put('2', 9);
    const evicted = store.vectors.of(NAMESPACE).points;
    const original = evicted.delete.bind(evicted);
    Object.defineProperty(evicted, 'delete', {
      value: (key: string) => {
        for (const marked of ['1', '2']) store.truth.row(NAMESPACE, marked).indexedVersion = 1;
        return original(key);
      },
    });
    expect(await verify({ repair: true })).toMatchObject({ agrees: true, repaired: 2 });
  });

  it('indexes again when an indexer marks a memory after its point is gone', async () => {
    store.points().points.delete('1');
    const { source } = store;
    const reopen = source.reopen.bind(source);
    source.reopen = async (coordinates) => {
      await reopen(coordinates);
      await source.markIndexed(coordinates.map((coordinate) => ({ ...coordinate, version: 1 })));
    };
    expect(await verify({ repair: true })).toMatchObject({ agrees: true, repaired: 1 });
  });

  it('is refused while somebody else rebuilds the namespace, and changes nothing', async () => {
    store.points().points.delete('1');
    await store.lock.hold(NAMESPACE, () =>
      expect(verify({ repair: true }))
        .rejects.toThrow(NamespaceBusyError)
        .then(() => undefined),
    );
    expect(found.first).toEqual(['point_missing 1']);
    expect(store.points().points.has('1')).toBe(false);
  });

  const put = (key: string, ...versions: number[]) =>
    void store.points().points.set(
      key,
      versions.map((version) => ({ version, digest: 0, id: 1, createdAtMs: 1000, expiresAtMs: null, vector: null })),
    );
  const bend = (key: string, details: { vector: readonly number[] | null } | Partial<HeldPoint>) => {
    const points = store.points().points;
    const vector = details.vector && Float32Array.from(details.vector);
    points.set(
      key,
      (points.get(key) ?? []).map((point) => ({
        ...point,
        ...details,
        vector: vector === undefined ? point.vector : vector,
      })),
    );
  };
  const retext = (key: string, text: string) => void (store.truth.row(NAMESPACE, key).searchedText = text);
  const stale = (key: string) => {
    const row = store.truth.write(NAMESPACE, key);
    row.indexedVersion = row.version;
  };
  const overdue = (key: string) => void (store.truth.write(NAMESPACE, key).ageSeconds = 61);
  const link = (from: string, to: string) => void store.truth.links.push({ namespace: NAMESPACE, from, to, type: 't' });
});

describe('what verification looks at', () => {
  it('takes the namespaces that are asked for, and says which of them nobody knows', async () => {
    store.truth.write(OTHER, '1');
    expect((await verify()).namespaces.map(({ namespace }) => namespace)).toEqual([NAMESPACE, 'other']);
    const asked = await verify({ namespaces: [OTHER, toNamespace('nobody'), OTHER] });
    expect(asked.namespaces.map(({ namespace }) => namespace)).toEqual(['other', 'nobody']);
    expect(notes.join()).toContain('nobody');
  });

  it('counts events that made no version among the others, without calling them a difference', async () => {
    const [before] = (await verify()).namespaces;
    store.truth.unversioned = 3;
    expect(await verify()).toMatchObject({ agrees: true, namespaces: [{ events: (before?.events ?? 0) + 3 }] });
  });

  it('goes on with truth and ledger, and other namespaces, where one index cannot be compared with', async () => {
    store.truth.write(OTHER, '1');
    store.unusable.add(NAMESPACE);
    store.truth.row(NAMESPACE, '2').payload = { text: 'forged' };
    const report = await verify({ repair: true });
    expect(found.first).toEqual(['index_unusable -', 'content_mismatch 2']);
    expect(report).toMatchObject({ agrees: false, namespaces: [{ memories: 4 }, { namespace: 'other', memories: 1 }] });
  });

  it('takes everything pending for a difference when it has no time, whatever the clocks say', async () => {
    store.truth.write(NAMESPACE, '6').ageSeconds = -5;
    expect(await verify({ maxPendingSeconds: 1 })).toMatchObject({ agrees: true });
    expect(await verify({ maxPendingSeconds: 0 })).toMatchObject({ agrees: false });
    expect(found.first).toEqual(['point_unindexed 6']);
  });

  it('says how much of the ledger is from before rows were hashed', async () => {
    store.truth.proofs.unhashed = 1;
    expect(await verify()).toMatchObject({ agrees: true, namespaces: [{ unhashed: 5 }] });
    expect(notes.join()).toContain('5 of 6 rows of the ledger are from before rows were hashed');
  });

  it('names dead-lettered events without calling them a difference', async () => {
    store.truth.deadLetters.push({ eventId: 'e-7', key: '1', reason: 'too large' });
    expect(await verify()).toMatchObject({ agrees: true, namespaces: [{ deadLetters: 1 }] });
    expect(notes.join()).toContain('e-7');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    store.truth.beforeBatch = () => stop.abort(new Error('enough'));
    await expect(verify({ signal: stop.signal })).rejects.toThrow('enough');
  });
});
