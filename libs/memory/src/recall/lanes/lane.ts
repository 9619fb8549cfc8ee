import type { LaneCandidate, Overlay } from '../../index-model/index-point.js';
import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import type { RecallRequest } from '../contract/recall.types.js';
import type { Namespace } from '../../model/namespace.js';

/** One recall on its way. */
export interface Search {
  readonly namespace: Namespace;
  readonly request: RecallRequest;
  readonly overlay: Overlay;
  readonly now: Date;
}

/** One way of finding candidates. To add one, put it into the list that recall is given and its weight beside the others. */
export interface Lane {
  /** Names it in `SignalWeights.lanes`, in explanations, in `degraded` and in metrics; as a mode of recall, asks it alone. */
  readonly name: string;
  /** True when a search keeps this process busy: it begins when what the other lanes send to servers is on its way. */
  readonly isInProcess: boolean;

  /** Takes up a request. What needs nothing but the request is begun at once; how that fails shows in `propose`. */
  open(request: RecallRequest): LaneSearch;

  /** By key, the lane's own signals on the scale that its weight is made for: 0..1. */
  signalsOf(candidates: readonly LaneCandidate[]): ReadonlyMap<string, number>;

  /** True when it answers without some of what is committed while this is the overlay. Without it, it never does. */
  lacksSomeOf?(overlay: Overlay): boolean;
}

/** A lane at work on one request. */
export interface LaneSearch {
  /**
   * Up to `limit` candidates that match the request's filter, best first, with the lane's own signal. May be asked again,
   * for more.
   *
   * @throws IndexUnavailableError or EmbedderUnavailableError when the lane cannot answer at the moment.
   */
  propose(search: Search, limit: number): Promise<readonly LaneCandidate[]>;

  /** What lies around candidates in their sessions, when those of this lane tell about it. */
  neighboursOf?(search: Search, candidates: readonly LaneCandidate[]): Promise<readonly SessionNeighbour[]>;
}

/** What one lane proposes. */
export interface Proposal {
  /** Best first, with the lane's own signal. */
  readonly candidates: readonly LaneCandidate[];
  /** See `Lane.signalsOf`. */
  readonly signals: ReadonlyMap<string, number>;
  /** What lies around the candidates; absent when they do not tell about it, or nobody asked. */
  readonly neighbours?: readonly SessionNeighbour[];
}

/** What the lanes propose, by name, in the order of the lanes; without those that were not asked or did not answer. */
export type Proposals = ReadonlyMap<string, Proposal>;
