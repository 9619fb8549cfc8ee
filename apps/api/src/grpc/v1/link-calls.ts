import { Injectable } from '@nestjs/common';
import {
  AuthorizedLinks,
  LinksBodySchema,
  linkView,
  NeighborsBodySchema,
  NewLinkSchema,
  PathBodySchema,
  pathView,
  readShape,
  UnlinkBodySchema,
} from '@sfm/edge';
import type { Link } from '@sfm/memory';
import type { GrpcCall } from '../calls/grpc-call.js';
import type { UnaryWork } from '../calls/unary.js';
import { jsonText, JsonText } from '../messages/json-text.js';
import { coordinateMessage } from '../messages/memory-messages.js';
import { Places } from '../messages/places.js';
import { requestBody } from '../messages/request-body.js';

/** Links, and what they lead to. */
@Injectable()
export class LinkCalls {
  constructor(
    private readonly links: AuthorizedLinks,
    private readonly json: JsonText,
    private readonly places: Places,
  ) {}

  readonly methods: Readonly<Record<string, UnaryWork>> = {
    Link: (request, call) => this.link(request, call),
    Unlink: (request, call) => this.unlink(request, call),
    ListLinks: (request, call) => this.list(request, call),
    Neighbors: (request, call) => this.neighbors(request, call),
    ShortestPath: (request, call) => this.shortestPath(request, call),
  };

  private async link(message: unknown, { principal }: GrpcCall) {
    const body = readShape(NewLinkSchema, requestBody(message, this.json, { coordinates: ['from', 'to'] }));
    const { type, weight, metadata } = body;
    const ends = this.endsOf(body);
    const receipt = await this.links.link(
      principal,
      { ...ends, type, weight, ...(metadata ? { metadata } : {}) },
      'both',
    );
    return { from: coordinateMessage(ends.from), to: coordinateMessage(ends.to), type, ...receipt };
  }

  private async unlink(message: unknown, { principal }: GrpcCall) {
    const body = readShape(UnlinkBodySchema, requestBody(message, this.json, { coordinates: ['from', 'to'] }));
    const { type } = body;
    const removed = await this.links.unlink(principal, {
      ...this.endsOf(body),
      ...(type === undefined ? {} : { type }),
    });
    return { removed };
  }

  private async list(message: unknown, { principal }: GrpcCall) {
    const { namespace } = principal;
    const { limits, cursors } = this.places;
    const body = readShape(LinksBodySchema, requestBody(message, this.json, { coordinates: ['coordinate', 'other'] }));
    const { links, next } = await this.links.listLinks(principal, {
      of: limits.coordinateOf(body.coordinate),
      direction: body.direction,
      limit: limits.topK(body.limit, 'limit'),
      ...(body.other === undefined ? {} : { other: limits.coordinateOf(body.other, 'other') }),
      ...(body.type === undefined ? {} : { type: body.type }),
      ...(body.cursor === undefined ? {} : { after: cursors.read(namespace, body.cursor).id }),
    });
    const cursor = next === undefined ? {} : { next_cursor: cursors.write(namespace, { createdAtMs: 0, id: next }) };
    return { links: links.map(linkMessage), ...cursor };
  }

  private async neighbors(message: unknown, { principal }: GrpcCall) {
    const body = readShape(NeighborsBodySchema, requestBody(message, this.json, { coordinates: ['coordinate'] }));
    const limit = this.places.limits.topK(body.limit, 'limit');
    const asked = {
      of: this.places.limits.coordinateOf(body.coordinate),
      direction: body.direction,
      hops: body.k_hop,
      order: 'newest',
      limit: limit + 1,
      ...(body.type === undefined ? {} : { type: body.type }),
    } as const;
    const found = await this.links.neighbours(principal, asked, 'refuse');
    const neighbors = found.slice(0, limit).map(({ coordinate, hops, direction, link }) => ({
      coordinate: coordinateMessage(coordinate),
      hops,
      direction,
      link: linkMessage(link),
    }));
    return { neighbors, has_more: found.length > limit };
  }

  private async shortestPath(message: unknown, { principal }: GrpcCall) {
    const body = readShape(PathBodySchema, requestBody(message, this.json, { coordinates: ['from', 'to'] }));
    const { cost, max_depth: maxLinks, type } = body;
    const asked = { ...this.endsOf(body), cost, maxLinks, ...(type === undefined ? {} : { type }) };
    const { found, path, links, cost: sum } = pathView(await this.links.shortestPath(principal, asked, 'refuse'));
    return { found, path: path.map(coordinateMessage), links, ...(sum === null ? {} : { cost: sum }) };
  }

  private endsOf({ from, to }: { readonly from: Place; readonly to: Place }) {
    const { limits } = this.places;
    return { from: limits.coordinateOf(from, 'from'), to: limits.coordinateOf(to, 'to') };
  }
}

type Place = Parameters<Places['limits']['coordinateOf']>[0];

function linkMessage(link: Link) {
  const { from, to, metadata, ...view } = linkView(link);
  return { ...view, from: coordinateMessage(from), to: coordinateMessage(to), metadata_json: jsonText(metadata) };
}
