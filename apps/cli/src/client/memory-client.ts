import type { ConflictPolicy, ExportExtra, ImportFormat, JsonObject } from '@sfm/memory';
import type { HostStreams } from '@sfm/mcp';
import type { Operation } from './operations.js';

/** The parts of a request, as its route takes them. */
export interface Call {
  /** The coordinate, name or id that the path names. */
  readonly place?: string;
  /** Of the query string; what is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: JsonObject;
}

export interface ExportCall {
  readonly include: readonly ExportExtra[];
  /** Of an export that goes on: what it said in the beginning, and `after` of the last checkpoint that came. */
  readonly resume?: { readonly position: string; readonly after: string };
}

export interface RunningExport {
  /** Goes into `resume` of the export that goes on with this one. */
  readonly position: string;
  readonly parts: AsyncIterable<string | Uint8Array>;
}

export interface ImportCall {
  readonly format?: ImportFormat;
  readonly onConflict: ConflictPolicy;
  readonly fromLine: number;
  readonly verifies: boolean;
}

export interface AgentOptions {
  /** No tool changes anything. */
  readonly isReadOnly: boolean;
}

/**
 * The memories that a command works on, wherever they are. Both adapters answer with the same JSON, and fail with a
 * CommandError that says the same.
 */
export abstract class MemoryClient {
  /** Where they are, for people. */
  abstract readonly where: string;
  /** @throws CommandError */
  abstract call(operation: Operation, call?: Call): Promise<JsonObject>;
  /** @throws CommandError */
  abstract export(call: ExportCall): Promise<RunningExport>;
  /** Resolves with what became of the file. @throws CommandError */
  abstract import(input: AsyncIterable<Uint8Array>, call: ImportCall): Promise<JsonObject>;
  /** Serves an agent by the Model Context Protocol, until it goes. */
  abstract serveAgent(streams: HostStreams, options: AgentOptions): Promise<void>;
  abstract close(): Promise<void>;
}
