import type {
  FoundPath,
  GraphService,
  LinkReceipt,
  LinkService,
  LinksBetween,
  LinksPage,
  LinksQuery,
  Neighbour,
  NeighboursQuery,
  NewLink,
  PathQuery,
  Principal,
  PruneRequest,
  RequiredEnds,
  UnknownNode,
} from '@sfm/memory';
import { admit, admitEverywhere } from './admission.js';

/** Links in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not do it. */
export class AuthorizedLinks {
  constructor(
    private readonly links: LinkService,
    private readonly graph: GraphService,
  ) {}

  /** See `LinkService.link`. */
  async link(principal: Principal, link: NewLink, required: RequiredEnds): Promise<LinkReceipt> {
    admit(principal, 'link');
    return this.links.link(principal.namespace, link, required);
  }

  /** See `LinkService.unlink`. */
  async unlink(principal: Principal, between: LinksBetween): Promise<number> {
    admit(principal, 'unlink');
    return this.links.unlink(principal.namespace, between);
  }

  /** See `LinkService.prune`. */
  async prune(principal: Principal, request: PruneRequest): Promise<number> {
    admit(principal, 'prune');
    return this.links.prune(principal.namespace, request);
  }

  /** See `GraphService.list`. */
  async listLinks(principal: Principal, query: LinksQuery): Promise<LinksPage> {
    admit(principal, 'listLinks');
    return this.graph.list(principal.namespace, query);
  }

  /** See `GraphService.neighbours`. */
  async neighbours(principal: Principal, query: NeighboursQuery, unknown: UnknownNode): Promise<readonly Neighbour[]> {
    admit(principal, 'neighbours');
    return this.graph.neighbours(principal.namespace, query, unknown);
  }

  /** See `GraphService.shortestPath`. */
  async shortestPath(principal: Principal, query: PathQuery, unknown: UnknownNode): Promise<FoundPath | undefined> {
    admit(principal, 'shortestPath');
    return this.graph.shortestPath(principal.namespace, query, unknown);
  }

  /**
   * Returns how many links there are: see `AuthorizedReads.counts`.
   *
   * @throws NamespaceForbiddenError when all are requested and the principal may not use every namespace.
   */
  async countLinks(principal: Principal, where: 'here' | 'everywhere'): Promise<number> {
    if (where === 'everywhere') {
      admitEverywhere(principal, 'countLinks');
      return this.graph.count(undefined);
    }
    admit(principal, 'countLinks');
    return this.graph.count(principal.namespace);
  }
}
