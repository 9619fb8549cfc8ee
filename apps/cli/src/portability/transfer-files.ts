import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import {
  ImportStoppedError,
  type ConflictPolicy,
  type ExportExtra,
  type ImportFormat,
  type ImportReport,
} from '@sfm/memory';
import { OutputFile } from '../files/output-file.js';
import type { ProgressLine } from '../maintenance/progress-line.js';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { ConnectionFlags } from '../connection/flags.js';
import { failureOf } from '../ending/failure.js';
import { interruptible } from '../session/interruption.js';
import { Output } from '../session/output.js';
import { jsonText, type Terminal } from '../terminal/terminal.js';
import { Resumption, type ExportNote } from './resumption.js';
import type { Transfers } from './transfers.js';
import { withTransfers } from './with-transfers.js';

/** Where the commands run and write their output. */
export interface PortabilitySurroundings {
  readonly terminal: Terminal;
  readonly progress: ProgressLine;
}

export interface ExportFlags extends ConnectionFlags {
  readonly include?: readonly ExportExtra[];
  readonly output?: string;
  readonly resume?: boolean;
}

export interface ImportFlags extends ConnectionFlags {
  readonly format?: ImportFormat;
  readonly onConflict: ConflictPolicy;
  readonly fromLine: number;
  readonly ignoreChecksums?: boolean;
}

type Counts = Readonly<Record<'memories' | 'versions' | 'links', number>>;

/** An export that begins or goes on. */
interface Begun {
  readonly parts: AsyncIterable<string | Uint8Array>;
  /** Takes a part; standard output has nothing to close. */
  readonly write: (part: string | Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Writes the lines of an export, at the pace of whoever reads them. */
export async function exportFile(flags: ExportFlags, { terminal, progress }: PortabilitySurroundings): Promise<void> {
  const { output, json = false } = flags;
  await interruptible((signal) =>
    withTransfers(flags, signal, async (transfers) => {
      const { parts, write, close } =
        output === undefined ? await toStandardOutput(transfers, flags) : await toFile(transfers, output, flags);
      let last = '';
      let bytes = 0;
      try {
        for await (const part of parts) {
          const text = typeof part === 'string' ? part : Buffer.from(part).toString();
          // A part of a stream need not end with a line.
          last = (last.slice(last.lastIndexOf('\n', last.length - 2) + 1) + text).slice(-LONGEST_END);
          bytes += Buffer.byteLength(text);
          await write(part);
          signal.throwIfAborted();
          progress.show(`${Math.round(bytes / 1_000_000)} MB exported`);
        }
        await close();
      } catch (error) {
        throw output === undefined ? error : brokenOff(error, output);
      } finally {
        progress.clear();
      }
      const { memories, versions, links } = JSON.parse(last.trimEnd().split('\n').at(-1) ?? '') as Counts;
      if (output !== undefined && json) terminal.print(await jsonText({ memories, versions, links, bytes }));
      else terminal.note(`exported ${memories} memories, ${versions} earlier versions and ${links} links`);
    }),
  );
}

const INTERRUPTED = 'interrupted; what was imported stays, and importing the same file again goes on';

/** The last line of an export is a short one. */
const LONGEST_END = 10_000;

async function toStandardOutput(transfers: Transfers, { include = [], resume }: ExportFlags): Promise<Begun> {
  if (resume === true) throw new CommandError(EXIT.usage, '--resume needs the --output that was broken off');
  const { parts } = await transfers.export({ include });
  const output = new Output();
  return { parts, write: (part) => output.raw(part), close: () => Promise.resolve() };
}

async function toFile(
  transfers: Transfers,
  path: string,
  { include = [], resume, namespace }: ExportFlags,
): Promise<Begun> {
  const resumption = new Resumption(path);
  const kept = resume === true ? await resumption.read() : undefined;
  if (kept && kept.namespace !== (namespace ?? null)) {
    throw new CommandError(
      EXIT.usage,
      `the export to ${path} is of the namespace ${kept.namespace ?? 'of the service'}`,
    );
  }
  const after = kept && (await resumption.cutBehindCheckpoint());
  const begun = await transfers.export({
    include: kept?.include ?? include,
    ...(kept && after !== undefined ? { resume: { position: kept.position, after } } : {}),
  });
  const file = new OutputFile(path, kept ? 'a' : 'wx');
  await file.opened();
  const note: ExportNote = {
    position: begun.position,
    include: kept?.include ?? include,
    namespace: namespace ?? null,
  };
  await resumption.note(note);
  const close = async () => {
    await file.close();
    await resumption.forget();
  };
  return { parts: begun.parts, write: (part) => file.write(part), close };
}

/** Says how an export goes on whose file is not whole. */
function brokenOff(error: unknown, path: string): Error {
  const { exitCode, message = 'interrupted' } = failureOf(error);
  return new CommandError(
    exitCode,
    `${message}; to go on behind the last checkpoint: soma export --resume --output ${path}`,
    {
      cause: error,
    },
  );
}

/** Imports a file, and prints what became of it. */
export async function importFile(
  file: string | undefined,
  flags: ImportFlags,
  { terminal, progress }: PortabilitySurroundings,
): Promise<void> {
  const { format, onConflict, fromLine, ignoreChecksums = false, json = false } = flags;
  // Opened first: no database is started for a file that is not there.
  const input = file === undefined ? process.stdin : (await open(file)).createReadStream();
  await interruptible((signal) =>
    withTransfers(flags, signal, async (transfers) => {
      const call = { onConflict, fromLine, verifies: !ignoreChecksums, ...(format ? { format } : {}) };
      const listener = {
        onProgress: ({ records, resumeFromLine }: { readonly records: number; readonly resumeFromLine: number }) =>
          progress.show(`${records} records, at line ${resumeFromLine}`),
      };
      const report = await transfers
        .import(untilAborted(input, signal), call, listener)
        .catch((error: unknown) => {
          if (signal.aborted) throw new CommandError(EXIT.interrupted, INTERRUPTED, { cause: error });
          throw withWayOn(error);
        })
        .finally(() => progress.clear());
      terminal.print(json ? await jsonText(report) : reportText(report));
    }),
  );
}

/** Ends an import at Ctrl-C, also one that waits for its input. */
async function* untilAborted(input: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* addAbortSignal(signal, input);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function reportText({ format, memories, versions, links }: ImportReport): string {
  const told = ({ imported, replaced, unchanged, skipped }: ImportReport['links']) =>
    `${imported} imported, ${replaced} replaced, ${unchanged} unchanged, ${skipped} skipped`;
  return [
    `read as ${format}`,
    `memories: ${told(memories)}, ${memories.expired} expired`,
    `earlier versions: ${versions}`,
    `links: ${told(links)}`,
  ].join('\n');
}

function withWayOn(error: unknown): unknown {
  if (!(error instanceof ImportStoppedError)) return error;
  const { line, problem, progress } = error;
  const goOn = `soma import --from-line ${progress.resumeFromLine}`;
  return new CommandError(
    EXIT.failed,
    `line ${line}: ${problem}; ${progress.records} records are imported, to go on: ${goOn}`,
  );
}
