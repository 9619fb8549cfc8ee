import { toTheEnd } from '../attempts/bounded-wait.js';
import { noteUnplaced } from '../consistency/consistency-scope.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { InvalidRequestError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import { checkLinkType, checkWeight, toLinkCommand, type LinkLimits, type NewLink } from './link-command.js';
import type { LinkReceipt, LinkWriter, RequiredEnds } from './ports/link-writer.port.js';

/** The links to remove: of every type when none is given. */
export interface LinksBetween {
  readonly from: Coordinate;
  readonly to: Coordinate;
  readonly type?: string;
}

/** Which of the links of a coordinate to remove: see `PruneCommand`. */
export interface PruneRequest {
  readonly from: Coordinate;
  readonly type?: string;
  readonly weightBelow?: number;
  readonly maxDegree?: number;
  /** Must be true for a prune that leaves nothing. */
  readonly allowsAll?: boolean;
}

/** Makes and removes links. Every method resolves only after its change is committed in the truth store. */
export class LinkService {
  constructor(
    private readonly writer: LinkWriter,
    private readonly telemetry: MemoryTelemetry,
    private readonly limits: LinkLimits,
  ) {}

  /**
   * Makes a link, or changes the one of the same from, to and type; the same again changes nothing.
   *
   * @throws InvalidRequestError naming the field; MemoryNotFoundError when a required end is missing.
   */
  async link(namespace: Namespace, link: NewLink, required: RequiredEnds): Promise<LinkReceipt> {
    const command = { ...toLinkCommand(namespace, link, this.limits), ...this.trace() };
    return this.timed('link', () => this.writer.link(command, required));
  }

  /** Removes the links from one coordinate to another. Resolves with their number. */
  async unlink(namespace: Namespace, { from, to, type }: LinksBetween): Promise<number> {
    if (type !== undefined) checkLinkType(type);
    const command = { namespace, fromKey: coordinateKey(from), toKey: coordinateKey(to), ...optional({ type }) };
    return this.timed('unlink', () => this.writer.unlink({ ...command, ...this.trace() }));
  }

  /**
   * Removes the links of a coordinate that weigh too little, and those beyond its heaviest `maxDegree`. Resolves with the
   * number removed.
   *
   * @throws InvalidRequestError naming `allow_all` when nothing would be left and that was not asked for.
   */
  async prune(namespace: Namespace, request: PruneRequest): Promise<number> {
    const { from, type, weightBelow, maxDegree, allowsAll = false } = request;
    if (type !== undefined) checkLinkType(type);
    if (weightBelow !== undefined) checkWeight(weightBelow, 'weight_below');
    if (maxDegree !== undefined && !(Number.isSafeInteger(maxDegree) && maxDegree >= 0)) {
      throw new InvalidRequestError('max_degree', 'must be a whole number, 0 or more');
    }
    if (weightBelow === undefined && maxDegree === undefined) return 0;
    const bounds = optional({ type, weightBelow, maxDegree });
    const command = { namespace, fromKey: coordinateKey(from), ...bounds, allowsAll, ...this.trace() };
    const { removed, refused } = await this.timed('prune', () => this.writer.prune(command));
    if (refused === undefined) return removed;
    throw new InvalidRequestError('allow_all', `must be true to remove all ${refused} links`);
  }

  private async timed<T>(operation: 'link' | 'unlink' | 'prune', change: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await toTheEnd(change);
    noteUnplaced();
    this.telemetry.observeLinks(operation, performance.now() - start);
    return result;
  }

  private trace(): { readonly traceparent?: string } {
    return optional({ traceparent: this.telemetry.traceparent() });
  }
}

/** Leaves out what is undefined. */
function optional<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };
}
