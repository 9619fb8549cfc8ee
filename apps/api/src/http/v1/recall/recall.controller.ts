import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedPast,
  AuthorizedRecall,
  RecallBodySchema,
  recalledView,
  RequestLimits,
  toRecallRequest,
  type RecallBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { RecallDoc, RecalledDoc } from './recall.dto.js';

/** Recall. */
@Controller('v1/recall')
export class RecallController {
  constructor(
    private readonly recaller: AuthorizedRecall,
    private readonly past: AuthorizedPast,
    private readonly limits: RequestLimits,
  ) {}

  @Post()
  @HttpCode(200)
  @v1({
    id: 'v1Recall',
    tag: 'recall',
    summary: 'Recall memories',
    description:
      'The best memories for the query among those the filter allows and that hold at present, or at `valid_at`; fewer ' +
      'only if fewer do, score enough and fit. Those that others have taken the place of are left out. ' +
      'With `as_known_at` among what was known then, each memory scored: of some thousands at most, 422 beyond.',
    body: RecallDoc,
    answers: [{ status: 200, description: 'Hits, best first.', schema: RecalledDoc }],
    errors: [400, 404, 413, 415],
  })
  async recall(@CurrentPrincipal() principal: Principal, @Body(new SchemaPipe(RecallBodySchema)) body: RecallBody) {
    const request = toRecallRequest(body, this.limits);
    const result =
      body.as_known_at === undefined
        ? await this.recaller.recall(principal, request)
        : await this.past.recallKnownAt(principal, request, new Date(body.as_known_at));
    return recalledView(result);
  }
}
