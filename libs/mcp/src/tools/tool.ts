import {
  readShape,
  type AuthorizedHistory,
  type AuthorizedLinks,
  type AuthorizedPast,
  type AuthorizedReads,
  type AuthorizedRecall,
  type AuthorizedWrites,
  type HealthReader,
  type PageCursor,
  type RequestLimits,
} from '@sfm/edge';
import type { Principal, Scope } from '@sfm/memory';
import type { z } from 'zod';

/** What the tools stand on. */
export interface ToolPlaces {
  readonly writes: AuthorizedWrites;
  readonly reads: AuthorizedReads;
  readonly recaller: AuthorizedRecall;
  readonly past: AuthorizedPast;
  readonly histories: AuthorizedHistory;
  readonly links: AuthorizedLinks;
  readonly limits: RequestLimits;
  readonly cursors: PageCursor;
  readonly health: Pick<HealthReader, 'read'>;
}

/** Who calls a tool, and on what it works. */
export interface ToolCall {
  readonly places: ToolPlaces;
  readonly principal: Principal;
}

/** What hosts may tell their users of a tool, or allow without asking them. */
export interface ToolHints {
  readonly readOnlyHint: boolean;
  /** Whether something may be gone afterwards. */
  readonly destructiveHint: boolean;
  /** Whether the same call again changes nothing more. */
  readonly idempotentHint: boolean;
}

export const READS: ToolHints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
export const ADDS: ToolHints = { readOnlyHint: false, destructiveHint: false, idempotentHint: true };
export const CHANGES: ToolHints = { readOnlyHint: false, destructiveHint: true, idempotentHint: true };

export type ToolAnswer = Readonly<Record<string, unknown>>;

/** A tool; its arguments follow a schema, from the same source as those of the routes. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scope: Scope;
  readonly hints: ToolHints;
  readonly input: z.ZodType;
  /** @throws InvalidShapeError for arguments that are not as they should be; MemoryError */
  readonly run: (call: ToolCall, given: unknown) => Promise<ToolAnswer>;
}

interface Definition<Input extends z.ZodType> extends Omit<Tool, 'input' | 'run' | 'scope'> {
  readonly input: Input;
  readonly run: (call: ToolCall, body: z.output<Input>) => Promise<ToolAnswer>;
}

export function defineTool<Input extends z.ZodType>({ run, ...definition }: Definition<Input>): Tool {
  return {
    ...definition,
    scope: definition.hints.readOnlyHint ? 'read' : 'write',
    run: (call, given) => run(call, readShape(definition.input, given)),
  };
}
