import type { JsonObject, MemoryType } from '@sfm/memory';

/** What hooks are called with, by event. */
export interface HookCalls {
  before_store: [data: JsonObject, coordinate: readonly number[], memoryType: MemoryType];
  after_store: [data: JsonObject, coordinate: readonly number[], memoryType: MemoryType];
  before_recall: [query: string, context: JsonObject | undefined, topK: number, memoryType: MemoryType | undefined];
  after_recall: [...HookCalls['before_recall'], results: readonly JsonObject[]];
  before_forget: [coordinate: readonly number[]];
  after_forget: [coordinate: readonly number[]];
  before_reflect: [n: number, memoryType: MemoryType | undefined];
  after_reflect: [...HookCalls['before_reflect'], memories: readonly JsonObject[]];
}

export type HookEvent = keyof HookCalls;
export type Hook<Event extends HookEvent> = (...call: HookCalls[Event]) => unknown;

/** Functions of the caller around storing, recalling, forgetting and reflecting: one for each event, the last one set. */
export class Hooks {
  private readonly hooks = new Map<HookEvent, (...call: never[]) => unknown>();

  /** @param report told of a hook that threw; what it was called around goes on */
  constructor(private readonly report: (message: string, error: unknown) => void) {}

  set<Event extends HookEvent>(event: Event, hook: Hook<Event>): void {
    this.hooks.set(event, hook);
  }

  /** Calls the hook of an event, if there is one, and waits for it. Never throws; the result does not count. */
  async fire<Event extends HookEvent>(event: Event, ...call: HookCalls[Event]): Promise<void> {
    const hook = this.hooks.get(event) as Hook<Event> | undefined;
    try {
      await hook?.(...call);
    } catch (error) {
      this.report(`the hook ${event} failed`, error);
    }
  }
}
