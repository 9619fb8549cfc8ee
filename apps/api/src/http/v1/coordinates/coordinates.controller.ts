import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedNearest,
  NearestBodySchema,
  nearestView,
  RequestLimits,
  toNearestQuery,
  type NearestBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { NearestDoc, NearMemoriesDoc } from './coordinates.dto.js';

/** Memories by where they live. */
@Controller('v1')
export class CoordinatesController {
  constructor(
    private readonly places: AuthorizedNearest,
    private readonly limits: RequestLimits,
  ) {}

  // The router reads `::` as a literal colon.
  @Post('coordinates::nearest')
  @HttpCode(200)
  @v1({
    id: 'v1FindNearest',
    tag: 'recall',
    summary: 'Find the memories nearest to a coordinate',
    description:
      'By Euclidean distance, among memories whose coordinates have as many dimensions. Fewer than `top_k` only if no ' +
      'more match.',
    body: NearestDoc,
    answers: [{ status: 200, description: 'Memories, nearest first.', schema: NearMemoriesDoc }],
    errors: [400, 413, 415],
  })
  async nearest(@CurrentPrincipal() principal: Principal, @Body(new SchemaPipe(NearestBodySchema)) body: NearestBody) {
    return nearestView(await this.places.nearest(principal, toNearestQuery(body, this.limits)));
  }
}
