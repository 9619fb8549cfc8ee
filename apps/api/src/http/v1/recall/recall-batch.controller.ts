import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CountsAs, CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedQuestions,
  readShape,
  RecallBatchSchema,
  RecallBodySchema,
  recalledView,
  RequestLimits,
  toRecallRequest,
  type Question,
  type RecallBatch,
} from '@sfm/edge';
import { InvalidRequestError, isJsonObject, mapInTurns, type Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { itemFailure } from '../wire/item-failure.js';
import { RecallBatchDoc, RecalledBatchDoc } from './recall.dto.js';

/** Each of them embeds what was known at its moment. */
const MAX_PAST_QUESTIONS = 10;

type Asked = { readonly question: Question } | { readonly error: unknown };

/** Several questions in one request; each is answered or refused on its own. */
@Controller('v1')
export class RecallBatchController {
  constructor(
    private readonly questions: AuthorizedQuestions,
    private readonly limits: RequestLimits,
  ) {}

  // The router reads `::` as a literal colon.
  @Post('recall::batch')
  @HttpCode(200)
  @CountsAs(questionsIn)
  @v1({
    id: 'v1RecallBatch',
    tag: 'recall',
    summary: 'Recall for several questions, each on its own',
    description:
      'Each question is what `/v1/recall` takes, with settings of its own, and is answered or refused by itself. Each ' +
      'counts against the rate limit. At most 10 may have `as_known_at`.',
    body: RecallBatchDoc,
    answers: [{ status: 200, description: 'One answer per question, in their order.', schema: RecalledBatchDoc }],
    errors: [400, 413, 415],
  })
  async recall(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(RecallBatchSchema)) { questions }: RecallBatch,
  ) {
    this.limits.count(questions.length, this.limits.bounds.maxBatchQueries, 'questions');
    const asked = await mapInTurns(questions, (body) => this.read(body));
    const readable = asked.flatMap((one) => ('question' in one ? [one.question] : []));
    checkPast(readable);
    const answers = (await this.questions.recallSettled(principal, readable))[Symbol.iterator]();
    const results = asked.map((one, index) => {
      if ('error' in one) return { index, ...itemFailure(one.error) };
      const answer = answers.next().value ?? { error: new Error('no answer') };
      if ('error' in answer) return { index, ...itemFailure(answer.error) };
      return { index, status: 200, ...recalledView(answer.result) };
    });
    const answered = results.filter(({ status }) => status < 300).length;
    return { answered, failed: results.length - answered, results };
  }

  private read(body: unknown): Asked {
    try {
      const { as_known_at: at, ...fields } = readShape(RecallBodySchema, body);
      const request = toRecallRequest(fields, this.limits);
      return { question: { request, ...(at === undefined ? {} : { at: new Date(at) }) } };
    } catch (error) {
      return { error };
    }
  }
}

function checkPast(questions: readonly Question[]): void {
  const past = questions.filter(({ at }) => at !== undefined).length;
  if (past <= MAX_PAST_QUESTIONS) return;
  throw new InvalidRequestError('questions', `must hold at most ${MAX_PAST_QUESTIONS} with as_known_at, got ${past}`);
}

/** Each question of a batch is a recall. */
function questionsIn(body: unknown): number {
  const questions: unknown = isJsonObject(body) ? body['questions'] : undefined;
  return Array.isArray(questions) ? questions.length : 1;
}
