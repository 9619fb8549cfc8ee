import type { CandidateContent, LaneCandidate, Overlay } from '../../index-model/index-point.js';
import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import type { FollowedPath } from '../contract/followed-path.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';
import type { Namespace } from '../../model/namespace.js';
import type { ValidityQuery } from '../../model/validity.js';

/** One running recall. */
export interface Search {
  readonly namespace: Namespace;
  readonly request: RecallRequest;
  readonly overlay: Overlay;
  readonly now: Date;
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  /** The ranking with the weights of the request. */
  readonly ranking: RankingOptions;
  /** Reads what candidates say, of those that live now. */
  readonly contentsOf: (keys: readonly string[]) => Promise<readonly CandidateContent[]>;
  /** Names of lanes whose answer may lack some that match; lanes add to it while they search. */
  readonly cutShort: Set<string>;
  /** Compares importances as they are now; absent when the request does not weigh them, or weighs those of the past. */
  readonly norm?: (importance: number) => number;
}

/**
 * One way of finding candidates. To add one, add it to the lanes passed to recall and add its weight to the ranking
 * options.
 */
export interface Lane {
  /**
   * Its name in `SignalWeights.lanes`, explanations, `degraded` and metrics; as a recall mode, it selects this lane
   * alone.
   */
  readonly name: string;
  /**
   * True when a search blocks this process: it starts only after the other lanes have sent their requests to servers.
   */
  readonly isInProcess: boolean;
  /**
   * True when it starts from what the others propose: it is asked after them, and only in hybrid mode. Recall needs at
   * least one lane that follows nobody.
   *
   * @default false
   */
  readonly isFollowing?: boolean;

  /** Opens a request and starts all work that needs nothing else. Errors of that work reject `propose`. */
  open(request: RecallRequest, namespace: Namespace): LaneSearch;

  /**
   * Scales the lane's own signals to 0..1, the range its weight is made for; by key.
   *
   * @param isAlone whether this lane is the only one that is asked
   */
  signalsOf(candidates: readonly LaneCandidate[], isAlone: boolean): ReadonlyMap<string, number>;

  /**
   * Returns whether the lane's answer misses committed changes under this overlay. Without this method, it never does.
   */
  lacksSomeOf?(overlay: Overlay): boolean;
}

/** One lane's search for one request. */
export interface LaneSearch {
  /**
   * Returns up to `limit` candidates that match the request's filter, best first, with the lane's own signal. May be
   * called again with a higher limit.
   *
   * @param found what the other lanes propose, for a lane that follows them; otherwise empty
   * @throws IndexUnavailableError or EmbedderUnavailableError when the lane cannot answer at the moment.
   */
  propose(search: Search, limit: number, found: Proposals): Promise<readonly ProposedCandidate[]>;

  /** Returns the neighbours of memories in their sessions, if this lane can tell. */
  neighboursOf?(search: Search, keys: readonly string[]): Promise<readonly SessionNeighbour[]>;
}

/** A candidate, and how links led to it. */
export interface ProposedCandidate extends LaneCandidate {
  readonly path?: FollowedPath;
}

/** The candidates of one lane. */
export interface Proposal {
  /** Best first, with the lane's own signal. */
  readonly candidates: readonly ProposedCandidate[];
  /** See `Lane.signalsOf`. */
  readonly signals: ReadonlyMap<string, number>;
  /** True when the lane started from what others proposed. */
  readonly isFollowing?: boolean;
  /** Session neighbours of the best matches of all lanes; absent if the lane does not provide them or they were not requested. */
  readonly neighbours?: readonly SessionNeighbour[];
}

/** Proposals by lane name, in lane order, without lanes that were not asked or did not answer. */
export type Proposals = ReadonlyMap<string, Proposal>;
