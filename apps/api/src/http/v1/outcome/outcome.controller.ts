import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedOutcomes,
  IdempotentRequests,
  OutcomeBodySchema,
  ReportedOutcomeSchema,
  RequestLimits,
  type OutcomeBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { coordinateList } from '../../openapi/operation.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { IDEMPOTENCY_HEADER, repeatable, repeatableAt } from '../wire/idempotency.js';
import { placeOf } from '../wire/place.js';
import { OutcomeDoc, ReportedOutcomeDoc } from './outcome.dto.js';

/** The part of an answer stored under its idempotency key. */
const REPORTED = ReportedOutcomeSchema.omit({ coordinate: true });

/** What came of what memories predicted. */
@Controller('v1/memories')
export class OutcomeController {
  constructor(
    private readonly outcomes: AuthorizedOutcomes,
    private readonly repeated: IdempotentRequests,
    private readonly limits: RequestLimits,
  ) {}

  @Post(':coordinate/outcome')
  @HttpCode(200)
  @v1({
    id: 'v1ReportOutcome',
    tag: 'memories',
    summary: 'Report what came of what one memory predicted',
    description:
      'Its next version has `reported_outcome` and, compared with its `predicted_outcome`, `error`. Where that is true, a semantic ' +
      'memory with the correction is kept at a new coordinate, with a link `corrects` to this one. The same report again ' +
      'changes nothing, and completes one that was interrupted.',
    params: [coordinateList('coordinate')],
    body: OutcomeDoc,
    headers: [IDEMPOTENCY_HEADER],
    answers: [{ status: 200, description: 'Noted.', schema: ReportedOutcomeDoc }],
    errors: [400, 404, 409, 413, 415],
  })
  async report(
    @CurrentPrincipal() principal: Principal,
    @Param('coordinate') text: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(new SchemaPipe(OutcomeBodySchema)) { outcome, expected_version: expectedVersion }: OutcomeBody,
  ) {
    const coordinate = placeOf(text, this.limits);
    const report = { outcome, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
    const call = repeatableAt(coordinate, repeatable(reply.request, principal, 'reportOutcome'));
    const answer = await this.repeated.once(call, REPORTED, async () => {
      const { version, isError, corrective } = await this.outcomes.reportOutcome(principal, coordinate, report);
      return { answer: { version, error: isError, corrective: corrective && [...corrective] }, isFinal: true };
    });
    void reply.header('etag', `"${answer.version}"`);
    return { coordinate, ...answer };
  }
}
