import { status } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import {
  AmendmentSchema,
  AuthorizedPast,
  AuthorizedReads,
  AuthorizedWrites,
  fieldName,
  IdempotentRequests,
  knownAtField,
  ListBodySchema,
  NewMemorySchema,
  readShape,
  toAmendment,
  toListQuery,
  toNewMemory,
  WrittenMemorySchema,
} from '@sfm/edge';
import { isJsonObject, mapInTurns, type JsonObject, type NewMemory, type StoreOutcome } from '@sfm/memory';
import { z } from 'zod';
import type { GrpcCall } from '../calls/grpc-call.js';
import type { UnaryWork } from '../calls/unary.js';
import { describeGrpcError } from '../errors/describe-grpc-error.js';
import { answerWithin } from '../messages/answer.js';
import { JsonText } from '../messages/json-text.js';
import { coordinateMessage, fullMemoryMessage } from '../messages/memory-messages.js';
import { Places } from '../messages/places.js';
import { fieldsOf, requestBody } from '../messages/request-body.js';
import { repeatableCall } from './repeatable-call.js';

type Attempt = { readonly memory: NewMemory } | { readonly error: unknown };

/** The part of an answer that is kept under an idempotency key. */
const WRITTEN = WrittenMemorySchema.omit({ coordinate: true });
const BATCH = z.custom<JsonObject>(isJsonObject);

const GetSchema = z.strictObject({ as_known_at: knownAtField() });

/** Memories. */
@Injectable()
export class MemoryCalls {
  constructor(
    private readonly writes: AuthorizedWrites,
    private readonly reads: AuthorizedReads,
    private readonly past: AuthorizedPast,
    private readonly repeated: IdempotentRequests,
    private readonly json: JsonText,
    private readonly places: Places,
  ) {}

  readonly methods: Readonly<Record<string, UnaryWork>> = {
    Store: (request, call) => this.store(request, call),
    StoreBatch: (request, call) => this.storeBatch(request, call),
    Amend: (request, call) => this.amend(request, call),
    Get: (request, call) => this.get(request, call),
    List: (request, call) => this.list(request, call),
    Delete: (request, call) => this.remove(request, call),
  };

  private async store(message: unknown, call: GrpcCall) {
    const memory = this.newMemory(message);
    const written = await this.repeated.once(repeatableCall(call, message, 'store'), WRITTEN, async () => {
      const { version, created } = await this.writes.store(call.principal, memory);
      return { answer: { version, created }, isFinal: true };
    });
    return { coordinate: coordinateMessage(memory.coordinate), ...written };
  }

  private async storeBatch(message: unknown, call: GrpcCall) {
    const { memories } = fieldsOf(message);
    const items = Array.isArray(memories) ? memories : [];
    this.places.limits.count(items.length, this.places.limits.bounds.maxBulkItems, 'memories');
    return this.repeated.once(repeatableCall(call, message, 'storeEach'), BATCH, async () => {
      const attempts = await mapInTurns(items, (item) => this.attempt(item));
      const accepted = attempts.flatMap((attempt) => ('memory' in attempt ? [attempt.memory] : []));
      const outcomes = (await this.writes.storeEach(call.principal, accepted))[Symbol.iterator]();
      const results = attempts.map((attempt, index): JsonObject => {
        if ('error' in attempt) return { index, error: itemError(attempt.error) };
        const outcome: StoreOutcome = outcomes.next().value ?? { error: new Error('no outcome') };
        if ('error' in outcome) return { index, error: itemError(outcome.error) };
        const { version, created } = outcome.stored;
        return { index, written: { coordinate: coordinateMessage(attempt.memory.coordinate), version, created } };
      });
      const stored = results.filter(({ written }) => written !== undefined).length;
      return { answer: { stored, failed: results.length - stored, results }, isFinal: results.every(isFinalResult) };
    });
  }

  private async amend(message: unknown, call: GrpcCall) {
    const { coordinate: place, ...fields } = fieldsOf(message);
    const coordinate = this.places.of(place);
    const { amendment: body = {} } = requestBody(fields, this.json);
    const amendment = toAmendment(readShape(AmendmentSchema, body), this.places.limits);
    const written = await this.repeated.once(repeatableCall(call, message, 'amend'), WRITTEN, async () => {
      const { version, created } = await this.writes.amend(call.principal, coordinate, amendment);
      return { answer: { version, created }, isFinal: true };
    });
    return { coordinate: coordinateMessage(coordinate), ...written };
  }

  private async get(message: unknown, { principal }: GrpcCall) {
    const { coordinate, ...fields } = fieldsOf(message);
    const { as_known_at: at } = readShape(GetSchema, fields);
    const place = this.places.of(coordinate);
    return fullMemoryMessage(
      at === undefined
        ? await this.reads.get(principal, place)
        : await this.past.getKnownAt(principal, place, new Date(at)),
    );
  }

  private async list(message: unknown, { principal }: GrpcCall) {
    const { namespace } = principal;
    const { limits, cursors } = this.places;
    const { as_known_at: at, ...fields } = readShape(ListBodySchema, requestBody(message, this.json));
    const query = toListQuery(namespace, fields, { limits, cursors });
    const { memories, next } =
      at === undefined
        ? await this.reads.list(principal, query)
        : await this.past.listKnownAt(principal, query, new Date(at));
    return answerWithin(memories, () => ({
      memories: memories.map(fullMemoryMessage),
      ...(next ? { next_cursor: cursors.write(namespace, next) } : {}),
    }));
  }

  private async remove(message: unknown, { principal }: GrpcCall) {
    const { coordinates } = fieldsOf(message);
    const places = Array.isArray(coordinates) ? coordinates : [];
    const { limits } = this.places;
    limits.count(places.length, limits.bounds.maxBulkItems, 'coordinates');
    const all = places.map((place, index) => this.places.of(place, `coordinates.${index}`));
    return { deleted: all.length === 0 ? 0 : await this.writes.forget(principal, all) };
  }

  private attempt(message: unknown): Attempt {
    try {
      return { memory: this.newMemory(message) };
    } catch (error) {
      return { error };
    }
  }

  private newMemory(message: unknown): NewMemory {
    const body = requestBody(message, this.json, { coordinates: ['coordinate', 'supersedes'] });
    return toNewMemory(readShape(NewMemorySchema, body), this.places.limits);
  }
}

function itemError(error: unknown) {
  const { status: statusCode, code, message, problems = [] } = describeGrpcError(error);
  const violations = problems.map((problem) => ({ field: fieldName(problem), description: problem.allowed }));
  return { status: statusCode, code, message, violations };
}

/** A memory that may be taken when the same batch comes again. */
const PASSING: readonly unknown[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.INTERNAL];

function isFinalResult({ error }: JsonObject): boolean {
  return !(isJsonObject(error) && PASSING.includes(error['status']));
}
