import { setImmediate } from 'node:timers/promises';
import { throwIfEnded } from '../../attempts/request-budget.js';
import { EmbedderUnavailableError, IndexUnavailableError } from '../../model/errors.js';
import type { MemoryTelemetry } from '../../telemetry/telemetry.port.js';
import type { Namespace } from '../../model/namespace.js';
import type { RecallRequest } from '../contract/recall.types.js';
import { bestOf, evidenceOf } from '../evidence/evidence.js';
import type { Lane, LaneSearch, Proposal, Proposals, Search } from './lane.js';

interface Asked {
  readonly namespace: Namespace;
  readonly request: RecallRequest;
}

interface Proposing {
  /** Most candidates of each lane. */
  readonly limit: number;
  /**
   * Called with the proposals of an in-process lane while other lanes are still working. Its errors reject `propose`.
   */
  readonly meanwhile: (found: Proposals) => Promise<unknown>;
}

interface Proposed {
  readonly proposals: Proposals;
  readonly degraded: readonly string[];
  readonly isCurrent: boolean;
}

const NOTHING_FOUND: Proposals = new Map();

/**
 * The lanes' searches for one request: run side by side, those that follow others after them; recall continues with those
 * that answer.
 */
export class Lanes {
  private readonly asked: readonly Lane[];
  private readonly following: readonly Lane[];
  private readonly leading: readonly Lane[];
  private readonly searches = new Map<Lane, LaneSearch>();
  private readonly request: RecallRequest;
  private readonly namespace: Namespace;

  constructor(
    lanes: readonly Lane[],
    { namespace, request }: Asked,
    private readonly telemetry: Pick<MemoryTelemetry, 'observeLane'>,
  ) {
    this.request = request;
    this.namespace = namespace;
    this.leading = lanes.filter(({ isFollowing }) => isFollowing !== true);
    this.asked = this.isHybrid ? this.leading : this.leading.filter(({ name }) => name === request.mode);
    this.following = this.isHybrid ? lanes.filter(({ isFollowing }) => isFollowing === true) : [];
    for (const lane of [...this.asked, ...this.following]) this.searchOf(lane);
  }

  /**
   * Returns the proposals of each lane that the request's mode selects, the names of lanes that cannot answer or
   * whose answer misses committed changes, and whether a lane is not among those.
   *
   * @throws IndexUnavailableError when no lane can answer; StoreUnavailableError
   */
  async propose(search: Search, proposing: Proposing): Promise<Proposed> {
    let tried = this.asked;
    let proposals = await this.ask(tried, search, proposing);
    if (proposals.size === 0 && !this.isHybrid) {
      // If the one requested lane cannot answer, results of the others are better than none.
      const others = this.leading.filter((lane) => !this.asked.includes(lane));
      proposals = await this.ask(others, search, proposing);
      tried = this.leading;
    }
    if (proposals.size === 0) {
      throw new IndexUnavailableError('no lane of recall can answer at the moment; retry shortly');
    }
    proposals = await this.withNeighbours(search, proposals);
    if (this.following.length > 0) {
      proposals = new Map([...proposals, ...(await this.follow(search, proposing.limit, proposals))]);
      tried = [...tried, ...this.following];
    }
    const { overlay } = search;
    const isDegraded = (lane: Lane) =>
      !proposals.has(lane.name) || overlay.incomplete?.has(lane.name) === true || lane.lacksSomeOf?.(overlay) === true;
    const degraded = tried.filter(isDegraded).map(({ name }) => name);
    // One that follows has searched only what the others found.
    const isCurrent = tried.some((lane) => lane.isFollowing !== true && !degraded.includes(lane.name));
    return { proposals, degraded, isCurrent };
  }

  private get isHybrid(): boolean {
    return (this.request.mode ?? 'hybrid') === 'hybrid';
  }

  private async ask(lanes: readonly Lane[], search: Search, { limit, meanwhile }: Proposing): Promise<Proposals> {
    let working = lanes.length;
    const answers = lanes.map(async (lane) => {
      if (lane.isInProcess) await requestsAreOut();
      throwIfEnded();
      const proposal = await this.proposalOf(lane, search, { limit, found: NOTHING_FOUND });
      working -= 1;
      const answer = new Map(proposal ? [[lane.name, proposal]] : []);
      if (lane.isInProcess && working > 0) await meanwhile(answer);
      return answer;
    });
    return new Map((await Promise.all(answers)).flatMap((answer) => [...answer]));
  }

  private async follow(search: Search, limit: number, found: Proposals): Promise<Proposals> {
    const followed = new Map<string, Proposal>();
    for (const lane of this.following) {
      throwIfEnded();
      const proposal = await this.proposalOf(lane, search, { limit, found });
      if (proposal) followed.set(lane.name, { ...proposal, isFollowing: true });
    }
    return followed;
  }

  /** Undefined when the lane cannot answer, or its index is not there. */
  private async proposalOf(
    lane: Lane,
    search: Search,
    { limit, found }: { readonly limit: number; readonly found: Proposals },
  ): Promise<Proposal | undefined> {
    if (search.overlay.unsearched?.has(lane.name)) return undefined;
    const asked = this.searchOf(lane);
    const candidates = await this.timed(lane.name, () => asked.propose(search, limit, found)).catch(whenAway);
    if (candidates === undefined) return undefined;
    return { candidates, signals: lane.signalsOf(candidates, !this.isHybrid) };
  }

  /** Adds what surrounds the best matches of all lanes, of the usual number: that of further ones would add almost nothing. */
  private async withNeighbours(search: Search, proposals: Proposals): Promise<Proposals> {
    if (!this.isHybrid) return proposals;
    const { weights, candidates } = search.ranking;
    const keys = bestOf(evidenceOf(proposals, weights), candidates);
    const told = new Map(proposals);
    for (const lane of this.asked) {
      const [asked, proposal] = [this.searchOf(lane), proposals.get(lane.name)];
      if (!proposal || asked.neighboursOf === undefined) continue;
      const neighbours = await this.timed('neighbours', async () => asked.neighboursOf?.(search, keys)).catch(whenAway);
      told.set(lane.name, { ...proposal, ...(neighbours && { neighbours }) });
    }
    return told;
  }

  private searchOf(lane: Lane): LaneSearch {
    const open = this.searches.get(lane) ?? lane.open(this.request, this.namespace);
    this.searches.set(lane, open);
    return open;
  }

  private async timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.telemetry.observeLane(stage, performance.now() - start);
    }
  }
}

/** Returns undefined when a lane is unavailable; any other error is a bug or comes from the truth, and fails recall. */
function whenAway(error: unknown): undefined {
  if (!(error instanceof IndexUnavailableError) && !(error instanceof EmbedderUnavailableError)) throw error;
}

/**
 * Waits until requests to other servers are sent, because an in-process search then blocks the process: headers and
 * body of an HTTP request are written within two turns of the event loop.
 */
async function requestsAreOut(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
