import { Injectable } from '@nestjs/common';
import { AuthorizedReads, AuthorizedWatch, readShape, toWatchStart, WatchPositions } from '@sfm/edge';
import { coordinateOfKey, type LoggedChange, type LogPage } from '@sfm/memory';
import { z } from 'zod';
import { CallAdmission } from '../calls/call-admission.js';
import type { GrpcCall } from '../calls/grpc-call.js';
import type { StreamingWork } from '../calls/streaming.js';
import { coordinateMessage, memoryMessage } from '../messages/memory-messages.js';
import { fieldsOf } from '../messages/request-body.js';

/** How long a credential is believed without a second look. */
const BELIEVED_MS = 5000;
/** Changes whose memories are read at once: few where they are large, because all of them are kept until they are taken. */
const PORTION = { least: 1, first: 4, most: 256 };
/** Payloads of one message in characters, about: clients take messages of 4 MB unless told otherwise. */
const MESSAGE_CHARACTERS = 2 ** 20;

const WatchSchema = z.strictObject({
  position: z.string().optional(),
  from_beginning: z.boolean().default(false),
  include_memories: z.boolean().default(false),
});

/** Changes as they are committed. */
@Injectable()
export class WatchCalls {
  constructor(
    private readonly watches: AuthorizedWatch,
    private readonly reads: AuthorizedReads,
    private readonly positions: WatchPositions,
    private readonly admission: CallAdmission,
  ) {}

  readonly watch: StreamingWork = (message, call, signal) => this.told(message, call, signal);

  private async *told(message: unknown, call: GrpcCall, signal: AbortSignal): AsyncGenerator<object> {
    const { principal } = call;
    const asked = readShape(WatchSchema, fieldsOf(message));
    const start = toWatchStart(principal.namespace, asked, this.positions);
    let believedAt = performance.now();
    for await (const page of await this.watches.watch(principal, start, signal)) {
      if (performance.now() - believedAt > BELIEVED_MS) {
        await this.admission.reassert(call);
        believedAt = performance.now();
      }
      yield* this.messages(page, call, asked.include_memories);
    }
  }

  /** The last message of a page alone tells its position, and whether it is the end of what is known. */
  private async *messages(page: LogPage, call: GrpcCall, withMemories: boolean): AsyncGenerator<object> {
    let waiting: readonly object[] = [];
    let portion = withMemories ? PORTION.first : page.changes.length;
    for (let start = 0; start < page.changes.length;) {
      const told = await this.changes(page.changes.slice(start, start + portion), call, withMemories);
      start += portion;
      portion = nextPortion(
        portion,
        told.reduce((sum, change) => sum + charactersOf(change), 0),
      );
      for (const group of inGroups(told)) {
        if (waiting.length > 0) yield { changes: waiting };
        waiting = group;
      }
    }
    const position = this.positions.write(call.principal.namespace, page.position);
    yield { changes: waiting, position, caught_up: page.isCaughtUp };
  }

  private async changes(changes: readonly LoggedChange[], { principal }: GrpcCall, withMemories: boolean) {
    const ofMemories = withMemories ? changes.filter(({ version }) => version !== null) : [];
    const keys = [...new Set(ofMemories.map(({ key }) => key))];
    const living = await this.reads.getMany(principal, keys.map(coordinateOfKey));
    const byKey = new Map(living.map((memory) => [memory.key, memoryMessage(memory)]));
    return changes.map(({ kind, key, version, at, eventId }) => {
      const memory = version === null ? undefined : byKey.get(key);
      return {
        kind,
        coordinate: coordinateMessage(coordinateOfKey(key)),
        ...(version === null ? {} : { version }),
        at: at.toISOString(),
        event_id: eventId,
        ...(memory ? { memory } : {}),
      };
    });
  }
}

/** How many to read after so many that had so many characters. */
function nextPortion(portion: number, characters: number): number {
  if (characters > MESSAGE_CHARACTERS) return Math.max(PORTION.least, portion >> 1);
  return characters > MESSAGE_CHARACTERS / 4 ? portion : Math.min(PORTION.most, portion * 2);
}

interface Sized {
  readonly memory?: { readonly payload_json: string };
}

function charactersOf({ memory }: Sized): number {
  return memory?.payload_json.length ?? 0;
}

/** Groups that are small enough for one message, each of one change at least. */
function* inGroups<T extends Sized>(told: readonly T[]) {
  let group: T[] = [];
  let characters = 0;
  for (const change of told) {
    const size = charactersOf(change);
    if (group.length > 0 && characters + size > MESSAGE_CHARACTERS) {
      yield group;
      group = [];
      characters = 0;
    }
    group.push(change);
    characters += size;
  }
  if (group.length > 0) yield group;
}
