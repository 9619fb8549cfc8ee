import { Injectable } from '@nestjs/common';
import {
  AuthorizedNearest,
  AuthorizedPast,
  AuthorizedRecall,
  NearestBodySchema,
  readShape,
  RecallBodySchema,
  recalledView,
  toNearestQuery,
  toRecallRequest,
} from '@sfm/edge';
import { InvalidRequestError, isJsonObject } from '@sfm/memory';
import type { GrpcCall } from '../calls/grpc-call.js';
import type { UnaryWork } from '../calls/unary.js';
import { answerWithin } from '../messages/answer.js';
import { jsonText, JsonText } from '../messages/json-text.js';
import { hitMessage, memoryMessage } from '../messages/memory-messages.js';
import { Places } from '../messages/places.js';
import { requestBody } from '../messages/request-body.js';

/** Questions to the memory. */
@Injectable()
export class RecallCalls {
  constructor(
    private readonly recaller: AuthorizedRecall,
    private readonly past: AuthorizedPast,
    private readonly nearby: AuthorizedNearest,
    private readonly json: JsonText,
    private readonly places: Places,
  ) {}

  readonly methods: Readonly<Record<string, UnaryWork>> = {
    Recall: (request, call) => this.recall(request, call),
    Nearest: (request, call) => this.nearest(request, call),
  };

  private async recall(message: unknown, { principal }: GrpcCall) {
    const { more = {}, ...fields } = requestBody(message, this.json);
    if (!isJsonObject(more)) throw new InvalidRequestError('more_json', 'must be a JSON object');
    const twice = Object.keys(more).find((name) => Object.hasOwn(fields, name));
    if (twice !== undefined)
      throw new InvalidRequestError('more_json', `must not hold ${twice}, which is a field of its own`);
    const body = readShape(RecallBodySchema, { ...more, ...fields });
    const request = toRecallRequest(body, this.places.limits);
    const result =
      body.as_known_at === undefined
        ? await this.recaller.recall(principal, request)
        : await this.past.recallKnownAt(principal, request, new Date(body.as_known_at));
    const { degraded, index_lag: lag, tokens, why_not: whyNot } = recalledView({ ...result, hits: [] });
    return answerWithin(result.hits, () => ({
      hits: result.hits.map(hitMessage),
      degraded,
      lag_events: lag.events,
      lag_seconds: lag.seconds,
      ...(tokens ? { tokens_json: jsonText(tokens) } : {}),
      ...(whyNot ? { why_not_json: jsonText(whyNot) } : {}),
    }));
  }

  private async nearest(message: unknown, { principal }: GrpcCall) {
    const body = readShape(NearestBodySchema, requestBody(message, this.json, { coordinates: ['coordinate'] }));
    const { found, isComplete } = await this.nearby.nearest(principal, toNearestQuery(body, this.places.limits));
    return answerWithin(found, () => ({
      hits: found.map(({ memory, distance }) => ({ memory: memoryMessage(memory), distance })),
      complete: isComplete,
    }));
  }
}
