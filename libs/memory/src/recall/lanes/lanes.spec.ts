import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, type LaneCandidate, type Overlay } from '../../index-model/index-point.js';
import { IndexUnavailableError } from '../../model/errors.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';
import type { Lane, LaneSearch, Proposals } from './lane.js';
import { Lanes } from './lanes.js';
import { toNamespace } from '../../model/namespace.js';

/** Proposes one candidate named after itself; notes what it is asked for. */
class ScriptedLane implements Lane {
  opened = 0;
  readonly limits: number[] = [];
  /** Keys whose neighbours were asked for. */
  surrounded: readonly string[] = [];
  isAway = false;
  /** Before it answers. */
  work: () => Promise<void> = async () => {};

  constructor(
    readonly name: string,
    readonly isInProcess: boolean,
  ) {}

  open(): LaneSearch {
    this.opened += 1;
    return {
      propose: async (_search, limit) => {
        this.limits.push(limit);
        await this.work();
        if (this.isAway) throw new IndexUnavailableError('down');
        return [{ key: this.name, score: 8 }];
      },
      ...(this.isInProcess ? { neighboursOf: (_search: unknown, keys: readonly string[]) => this.around(keys) } : {}),
    };
  }
  private async around(keys: readonly string[]) {
    this.surrounded = keys;
    return [{ of: this.name, key: 'beside', offset: 1 }];
  }
  signalsOf(candidates: readonly LaneCandidate[]): ReadonlyMap<string, number> {
    return new Map(candidates.map(({ key, score }) => [key, score / 8]));
  }
  lacksSomeOf({ isPartial = false }: Overlay): boolean {
    return isPartial && !this.isInProcess;
  }
}

const namespace = toNamespace('test');
const searchOf = (request: RecallRequest, overlay: Overlay) => ({
  namespace,
  request,
  overlay,
  now: new Date(),
  cutShort: new Set<string>(),
  ranking: {
    ...DEFAULT_RANKING,
    weights: { ...DEFAULT_RANKING.weights, lanes: { here: 1, far: 1, z: 1, behind: 1 } },
  },
  contentsOf: async () => [],
});

describe('Lanes', () => {
  let here: ScriptedLane;
  let far: ScriptedLane;
  let farther: ScriptedLane;
  let handed: Proposals[];
  let firstHanded: Promise<void>;
  let noteHanded: () => void;

  beforeEach(() => {
    firstHanded = new Promise((resolve) => (noteHanded = resolve));
    [here, far, farther] = [
      new ScriptedLane('here', true),
      new ScriptedLane('far', false),
      new ScriptedLane('z', false),
    ];
    handed = [];
  });

  const open = (request: Partial<RecallRequest> = {}) => {
    const whole: RecallRequest = { query: 'ladder', topK: 5, ...request };
    const lanes = new Lanes([here, far, farther], { namespace, request: whole }, new SilentTelemetry());
    const meanwhile = async (found: Proposals) => {
      handed.push(found);
      noteHanded();
    };
    return (limit = 10, overlay: Overlay = EMPTY_OVERLAY) =>
      lanes.propose(searchOf(whole, overlay), { limit, meanwhile });
  };
  /** As if the mode were one of recall's own. */
  const alone = (mode: string) => ({ mode }) as Partial<RecallRequest>;

  it('asks every lane and keeps what each proposes, in the order of the lanes', async () => {
    far.work = () => new Promise((resolve) => setImmediate(resolve));
    const { proposals, degraded } = await open()();
    expect([...proposals]).toEqual([
      [
        'here',
        {
          candidates: [{ key: 'here', score: 8 }],
          signals: new Map([['here', 1]]),
          neighbours: [{ of: 'here', key: 'beside', offset: 1 }],
        },
      ],
      ['far', { candidates: [{ key: 'far', score: 8 }], signals: new Map([['far', 1]]) }],
      ['z', { candidates: [{ key: 'z', score: 8 }], signals: new Map([['z', 1]]) }],
    ]);
    expect(degraded).toEqual([]);
    expect(here.surrounded).toEqual(['far', 'here', 'z']);
  });

  it('lets a lane in this process wait until the others have sent what they ask', async () => {
    const order: string[] = [];
    here.work = async () => void order.push('here');
    far.work = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('far has written');
    };
    await open()();
    expect(order).toEqual(['far has written', 'here']);
  });

  it('hands over what a lane in this process proposes while others are still at work, and not when none is', async () => {
    let finish: () => void = () => {};
    far.work = () => new Promise((resolve) => (finish = resolve));
    const propose = open();
    const proposing = propose();
    await firstHanded;
    expect(handed.map((found) => [...found.keys()])).toEqual([['here']]);
    finish();
    await proposing;
    far.work = async () => {};
    await propose();
    expect(handed).toHaveLength(1);
  });

  it('asks the lane alone that the mode names, and nobody what lies around its candidates', async () => {
    const { proposals } = await open(alone('here'))();
    expect([...proposals.keys()]).toEqual(['here']);
    expect(proposals.get('here')).not.toHaveProperty('neighbours');
    expect([far.opened, farther.opened]).toEqual([0, 0]);
  });

  it('takes up a request once, however often it is asked for more', async () => {
    const propose = open();
    await propose(10);
    await propose(40);
    expect([far.opened, far.limits]).toEqual([1, [10, 40]]);
  });

  it('goes on without lanes that are away, and names them', async () => {
    [here.isAway, farther.isAway] = [true, true];
    const { proposals, degraded } = await open()();
    expect([...proposals.keys()]).toEqual(['far']);
    expect(degraded).toEqual(['here', 'z']);
  });

  it('asks all others when the only lane asked for is away', async () => {
    [far.isAway, farther.isAway] = [true, true];
    const { proposals, degraded } = await open(alone('far'))();
    expect([...proposals.keys()]).toEqual(['here']);
    expect(degraded).toEqual(['far', 'z']);
  });

  it('names lanes that lack some of what is committed', async () => {
    const partial = { ...EMPTY_OVERLAY, isPartial: true };
    expect((await open()(10, partial)).degraded).toEqual(['far', 'z']);
    expect((await open(alone('here'))(10, partial)).degraded).toEqual([]);
  });

  it.each(['hybrid', 'far'])('fails when no lane can answer to %s', async (mode) => {
    [here.isAway, far.isAway, farther.isAway] = [true, true, true];
    await expect(open(alone(mode))()).rejects.toThrow(IndexUnavailableError);
  });

  it('does not take an unknown failure for a lane that is away', async () => {
    far.work = () => Promise.reject(new TypeError('a bug'));
    await expect(open()()).rejects.toThrow('a bug');
  });

  describe('with one that follows the others', () => {
    class FollowingLane extends ScriptedLane {
      readonly isFollowing = true;
      readonly seen: (readonly string[])[] = [];

      override open(): LaneSearch {
        this.opened += 1;
        return {
          propose: async (_search, _limit, found) => {
            this.seen.push([...found.keys()]);
            if (this.isAway) throw new IndexUnavailableError('slow');
            return [{ key: this.name, score: 8 }];
          },
        };
      }
    }
    let behind: FollowingLane;

    beforeEach(() => {
      behind = new FollowingLane('behind', false);
    });

    const propose = (request: Partial<RecallRequest> = {}) => {
      const whole: RecallRequest = { query: 'ladder', topK: 5, ...request };
      const lanes = new Lanes([here, behind, far], { namespace, request: whole }, new SilentTelemetry());
      return lanes.propose(searchOf(whole, EMPTY_OVERLAY), { limit: 10, meanwhile: async () => {} });
    };

    it('asks it after them, with what those propose that answer', async () => {
      far.isAway = true;
      const { proposals, degraded } = await propose();
      expect([behind.seen, [...proposals.keys()], degraded]).toEqual([[['here']], ['here', 'behind'], ['far']]);
    });

    it('goes on without it, and names it', async () => {
      behind.isAway = true;
      const { proposals, degraded } = await propose();
      expect([[...proposals.keys()], degraded]).toEqual([['here', 'far'], ['behind']]);
    });

    it('leaves it out when one lane alone is asked, also when others stand in for that', async () => {
      far.isAway = true;
      const { proposals, degraded } = await propose(alone('far'));
      expect([[...proposals.keys()], degraded, behind.opened]).toEqual([['here'], ['far'], 0]);
    });

    it('does not count it among those that can answer', async () => {
      [here.isAway, far.isAway] = [true, true];
      await expect(propose()).rejects.toThrow(IndexUnavailableError);
    });
  });

  it('fails as what is done meanwhile fails', async () => {
    const request: RecallRequest = { query: 'ladder', topK: 5 };
    let finish: () => void = () => {};
    far.work = () => new Promise((resolve) => (finish = resolve));
    const meanwhile = async () => {
      finish();
      throw new Error('the truth is away');
    };
    const search = searchOf(request, EMPTY_OVERLAY);
    const lanes = new Lanes([here, far], { namespace, request }, new SilentTelemetry());
    await expect(lanes.propose(search, { limit: 10, meanwhile })).rejects.toThrow('the truth is away');
  });
});
