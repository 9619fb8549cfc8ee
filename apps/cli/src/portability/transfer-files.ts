import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  ImportStoppedError,
  type ConflictPolicy,
  type ExportExtra,
  type ImportFormat,
  type ImportReport,
} from '@sfm/memory';
import type { ProgressLine } from '../maintenance/progress-line.js';
import { harmless, jsonText, type Terminal } from '../terminal/terminal.js';
import { withConfiguredPortability } from './with-portability.js';

/** Where the commands run and write their output. */
export interface PortabilitySurroundings {
  readonly terminal: Terminal;
  readonly progress: ProgressLine;
}

export interface ExportFlags {
  readonly namespace?: string;
  readonly include?: readonly ExportExtra[];
  readonly output?: string;
  readonly json?: boolean;
}

export interface ImportFlags {
  readonly namespace?: string;
  readonly format?: ImportFormat;
  readonly onConflict: ConflictPolicy;
  readonly fromLine: number;
  readonly ignoreChecksums?: boolean;
  readonly json?: boolean;
}

/** Writes the lines of an export, at the pace of whoever reads them. Exits with 1 when it fails. */
export async function exportFile(flags: ExportFlags, { terminal, progress }: PortabilitySurroundings): Promise<void> {
  const { namespace: name, include = [], output, json = false } = flags;
  await orExit(terminal, () =>
    withConfiguredPortability(name, async ({ exports, namespace }) => {
      const { parts } = await exports.export(namespace, { include });
      const target = output === undefined ? process.stdout : createWriteStream(output, { flags: 'wx' });
      let last = '';
      let bytes = 0;
      const lines = async function* () {
        for await (const text of parts) {
          last = text;
          bytes += Buffer.byteLength(text);
          yield text;
          progress.show(`${Math.round(bytes / 1_000_000)} MB exported`);
        }
      };
      await pipeline(lines, target, { end: output !== undefined }).finally(() => progress.clear());
      const { memories, versions, links } = JSON.parse(last.trimEnd().split('\n').at(-1) ?? '') as Readonly<
        Record<'memories' | 'versions' | 'links', number>
      >;
      const counts = { memories, versions, links, bytes };
      if (output !== undefined && json) terminal.print(await jsonText(counts));
      else terminal.note(`exported ${memories} memories, ${versions} earlier versions and ${links} links`);
    }),
  );
}

/** Imports a file, and prints what became of it. Exits with 1 when it ends before the file does. */
export async function importFile(
  file: string | undefined,
  { namespace: name, format, onConflict, fromLine, ignoreChecksums = false, json = false }: ImportFlags,
  { terminal, progress }: PortabilitySurroundings,
): Promise<void> {
  await orExit(terminal, async () => {
    // Opened first: no database is started for a file that is not there.
    const input = file === undefined ? process.stdin : (await open(file)).createReadStream();
    await withConfiguredPortability(name, async ({ imports, namespace }) => {
      const request = { onConflict, fromLine, verifies: !ignoreChecksums, ...(format ? { format } : {}) };
      const report = await imports
        .import(namespace, input, request, {
          onProgress: ({ records, resumeFromLine }) => progress.show(`${records} records, at line ${resumeFromLine}`),
        })
        .finally(() => progress.clear());
      terminal.print(json ? await jsonText(report) : reportText(report));
    });
  });
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

async function orExit(terminal: PortabilitySurroundings['terminal'], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    terminal.note(harmless(messageOf(error)));
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ImportStoppedError) {
    const { line, problem, progress } = error;
    const goOn = `soma import --from-line ${progress.resumeFromLine}`;
    return `line ${line}: ${problem}; ${progress.records} records are imported, to go on: ${goOn}`;
  }
  return error instanceof Error ? error.message : String(error);
}
