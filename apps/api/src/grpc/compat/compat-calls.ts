import { Injectable } from '@nestjs/common';
import { AuthorizedNearest, AuthorizedWrites, HealthReader, parseFilter, RequestLimits } from '@sfm/edge';
import {
  InvalidRequestError,
  isJsonObject,
  type Coordinate,
  type JsonObject,
  type MemoryFilter,
  type NewMemory,
} from '@sfm/memory';
import { clientType, withClientType } from '../../client-words/client-type.js';
import type { GrpcCall } from '../calls/grpc-call.js';
import type { UnaryWork } from '../calls/unary.js';
import { answerWithin } from '../messages/answer.js';
import { jsonText, JsonText } from '../messages/json-text.js';
import { fieldsOf, numbersOf } from '../messages/request-body.js';
import { storeId } from './store-id.js';

/** Results of a Recall that does not say how many. */
const DEFAULT_TOP_K = 5;

/** What existing clients say for memories of no particular type. */
const NO_TYPE = ['', 'memories'];

/** The four calls that existing clients know, on the memories that HTTP serves too. */
@Injectable()
export class CompatCalls {
  constructor(
    private readonly writes: AuthorizedWrites,
    private readonly places: AuthorizedNearest,
    private readonly health: HealthReader,
    private readonly limits: RequestLimits,
    private readonly json: JsonText,
  ) {}

  readonly methods: Readonly<Record<string, UnaryWork>> = {
    Store: (request, call) => this.store(fieldsOf(request)['memory'], call),
    Recall: (request, call) => this.recall(request, call),
    Delete: (request, call) => this.remove(request, call),
    Health: () => this.state(),
  };

  private async store(message: unknown, { principal }: GrpcCall) {
    if (message === undefined) throw new InvalidRequestError('memory', 'must be there');
    const { coord, payload_json: text, memory_type: type } = fieldsOf(message);
    const coordinate = this.coordinate(coord, 'memory.coord');
    const payload = this.payload(text);
    const memory: NewMemory = {
      coordinate,
      payload: isOwnWord(type) ? withClientType(payload, type) : payload,
      type: type === 'semantic' ? 'semantic' : 'episodic',
    };
    await this.writes.store(principal, memory);
    return { ok: true, id: storeId(coordinate) };
  }

  private async recall(request: unknown, { principal }: GrpcCall) {
    const { query, top_k: topK = 0, memory_type: type } = fieldsOf(request);
    if (typeof topK !== 'number' || topK < 0) throw new InvalidRequestError('top_k', 'must be 0 or more');
    const filter = filterOf(type);
    const { found } = await this.places.nearest(principal, {
      to: this.coordinate(query, 'query'),
      limit: this.limits.topK(topK === 0 ? DEFAULT_TOP_K : topK),
      ...(filter ? { filter } : {}),
    });
    return answerWithin(found, () => ({
      memories: found.map(({ memory }) => ({
        coord: { values: [...memory.coordinate] },
        payload_json: jsonText(memory.payload),
        memory_type: clientType(memory),
      })),
    }));
  }

  private async remove(request: unknown, { principal }: GrpcCall) {
    await this.writes.forget(principal, [this.coordinate(fieldsOf(request)['coord'], 'coord')]);
    return { ok: true };
  }

  private async state() {
    const { kvStore, vectorStore, graphStore, predictionProvider, obstacle } = await this.health.read();
    const isWhole = kvStore && vectorStore && graphStore && predictionProvider && obstacle === undefined;
    return { status: isWhole ? 'ok' : 'degraded' };
  }

  private coordinate(message: unknown, field: string): Coordinate {
    const numbers = numbersOf(message) ?? [];
    return this.limits.coordinateOf(numbers.map(Number), field);
  }

  private payload(text: unknown): JsonObject {
    if (text === undefined || text === '') return {};
    const payload = typeof text === 'string' ? this.json.read(text, 'memory.payload_json') : undefined;
    if (!isJsonObject(payload)) throw new InvalidRequestError('memory.payload_json', 'must be a JSON object');
    return payload;
  }
}

function isOwnWord(type: unknown): type is string {
  return typeof type === 'string' && !NO_TYPE.includes(type);
}

/** A word of the client's own finds what was stored with it. */
function filterOf(type: unknown): MemoryFilter | undefined {
  if (!isOwnWord(type)) return undefined;
  if (type === 'episodic' || type === 'semantic') return { type };
  return { type: 'episodic', payload: parseFilter({ memory_type: type }, 'memory_type') };
}
