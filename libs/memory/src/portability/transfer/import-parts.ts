import { coordinateKey } from '../../model/coordinate.js';
import { InvalidRequestError } from '../../model/errors.js';
import { isJsonObject, type JsonObject } from '../../model/json.js';
import { parseJson } from '../../model/parse-json.js';
import type { NewLink } from '../../links/link-command.js';
import { jsonItems } from '../file/json-items.js';
import { assertBounded, type LineBounds } from '../file/line-bounds.js';
import { LineChain } from '../file/line-chain.js';
import { graphEdges } from '../file/link-graph.js';
import { readRecord, type FileRecord, type FileSum, type PortableLink } from '../file/read-record.js';
import { FORMAT_NAME, FORMAT_VERSION, type RecordCounts } from '../file/record-lines.js';
import { BrokenLineError, textLines, type TextLine } from '../file/text-lines.js';
import {
  asRecord,
  FOREIGN_FORMATS,
  FOREIGN_LISTS,
  foreignFormatOf,
  linkOfEdge,
  type ForeignFormatName,
  type ForeignMemory,
} from '../foreign/foreign-formats.js';
import { peek } from '../file/peeked-input.js';
import type { PortableMemory, PortableVersion } from '../ports/portable-memory.js';
import { PART_BYTES, PART_RECORDS } from './export.service.js';

export const IMPORT_FORMATS = ['soma', 'earlier-jsonl', 'earlier-graphml', 'mem0', 'agent-memory-server'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** How a file is read. */
export interface ReadOptions {
  /** Told from the beginning of the file when omitted. */
  readonly format?: ImportFormat;
  /** Of a file of ours: whether checksums must be there and right. A file that was changed by hand has none. */
  readonly verifies: boolean;
  /** Longest line, or piece of a document. */
  readonly maxLineBytes: number;
  readonly bounds: LineBounds;
}

/** A record with the line it came from. */
export type ReadRecord = { readonly line: number } & (
  | { readonly kind: 'memory'; readonly memory: PortableMemory }
  | { readonly kind: 'foreign'; readonly memory: ForeignMemory }
  | { readonly kind: 'link'; readonly link: PortableLink | NewLink }
);

/** Records that were read and checked together. */
export interface ReadPart {
  readonly format: ImportFormat;
  readonly records: readonly ReadRecord[];
  /** The line after it. */
  readonly nextLine: number;
}

const HEAD_BYTES = 65_536;
/** What a part may have at most; an export ends one long before. */
const MAX_PART_RECORDS = 20_000;
const MAX_PART_BYTES = 64 * 1024 * 1024;

/**
 * Reads a file part by part, keeping no more than one.
 *
 * @throws BrokenLineError naming the first line that is not as it should be; InvalidRequestError for a file that is none
 * @param onFormat hears which format it is
 */
export async function* importParts(given: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<ReadPart> {
  const { head, input } = await peek(given, HEAD_BYTES);
  const text = head.toString('utf8').trimStart();
  const format = options.format ?? (text.startsWith('<') ? 'earlier-graphml' : isOurs(text) ? 'soma' : undefined);
  if (text === '' && head.length < HEAD_BYTES)
    throw new BrokenLineError(1, 'line', 'must not be empty: there is no file');
  if (format === 'soma') yield* ourParts(input, options);
  else if (format === 'earlier-graphml') yield* graphParts(input);
  else yield* foreignParts(input, format, options);
}

function isOurs(text: string): boolean {
  const [first = ''] = text.split('\n', 1);
  try {
    return isJsonObject(parseJson(first)) && first.includes(`"${FORMAT_NAME}"`);
  } catch {
    return false;
  }
}

async function* ourParts(input: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<ReadPart> {
  const part = new OurPart(options);
  for await (const line of textLines(input, options.maxLineBytes)) {
    const isComplete = within(line.line, () => part.take(line));
    if (isComplete) yield part.close(line.line + 1);
  }
  within(part.lines, () => part.assertEnded());
  if (part.hasRecords) yield part.close(part.lines + 1);
}

/** A part of a file of ours while it is read. */
class OurPart {
  lines = 0;
  private records: ReadRecord[] = [];
  private bytes = 0;
  private partVersions = 0;
  private versions: PortableVersion[] = [];
  private versionsOf: string | undefined;
  private counts: { memories: number; versions: number; links: number } = { memories: 0, versions: 0, links: 0 };
  private state: 'before' | 'within' | 'ended' = 'before';
  private readonly chain = new LineChain();

  constructor(private readonly options: Pick<ReadOptions, 'verifies' | 'bounds'>) {}

  get hasRecords(): boolean {
    return this.records.length > 0;
  }

  /** Returns whether the line ends a part. */
  take({ line, text, bytes }: TextLine): boolean {
    this.lines = line;
    if (text === '') return false;
    if (this.state === 'ended') throw new InvalidRequestError('line', 'comes after the end of the file');
    const record = asRecord(parseLine(text, this.options.bounds));
    if (this.state === 'before') {
      checkHeader(record);
      this.state = 'within';
      this.chain.add(bytes);
      return false;
    }
    const read = readRecord(record);
    if (isSum(read)) return this.sum(read);
    this.chain.add(bytes);
    this.bytes += bytes.length;
    this.add(line, read);
    this.assertBounded();
    // Without checksums, a part ends wherever it is large enough.
    const isFull = this.records.length >= PART_RECORDS || this.bytes >= PART_BYTES;
    return !this.options.verifies && isFull && this.versions.length === 0;
  }

  close(nextLine: number): ReadPart {
    const { records } = this;
    this.records = [];
    this.bytes = 0;
    this.partVersions = 0;
    return { format: 'soma', records, nextLine };
  }

  /** @throws InvalidRequestError when the file is cut off */
  assertEnded(): void {
    this.assertNoVersions();
    if (this.state === 'before') throw new InvalidRequestError('line', 'must be the header of an export');
    if (this.state !== 'ended' && this.options.verifies) {
      throw new InvalidRequestError('line', 'is the last, and not the end of an export: the file is cut off');
    }
  }

  private sum({ kind, counts, sha256 }: FileSum): boolean {
    this.assertNoVersions();
    if (kind === 'end') this.state = 'ended';
    if (!this.options.verifies) return true;
    if (this.chain.close() !== sha256) {
      throw new InvalidRequestError(
        'sha256',
        'is not that of the lines since the checkpoint before: they were changed',
      );
    }
    if (!isSame(counts, this.counts))
      throw new InvalidRequestError('memories', 'and other counts are not those of the file');
    return true;
  }

  private add(line: number, read: Exclude<FileRecord, FileSum>): void {
    if (read.kind === 'version') return this.addVersion(coordinateKey(read.coordinate), read.version);
    if (read.kind === 'link') {
      this.assertNoVersions();
      this.counts.links += 1;
      this.records.push({ line, ...read });
      return;
    }
    const { memory } = read;
    if (this.versionsOf !== undefined && this.versionsOf !== coordinateKey(memory.coordinate)) this.assertNoVersions();
    const last = this.versions.at(-1);
    if (last && last.version >= memory.version) {
      throw new InvalidRequestError('version', 'must be higher than that of the lines before');
    }
    this.counts.memories += 1;
    this.records.push({ line, kind: 'memory', memory: { ...memory, versions: this.versions } });
    this.versions = [];
    this.versionsOf = undefined;
  }

  private addVersion(key: string, version: PortableVersion): void {
    if (this.versionsOf !== undefined && this.versionsOf !== key) this.assertNoVersions();
    const last = this.versions.at(-1);
    if (last && last.version >= version.version) {
      throw new InvalidRequestError('version', 'must be higher than that of the line before');
    }
    this.partVersions += 1;
    this.counts.versions += 1;
    this.versionsOf = key;
    this.versions.push(version);
  }

  private assertNoVersions(): void {
    if (this.versions.length > 0) {
      throw new InvalidRequestError('coordinate', 'must be that of the versions in the lines before');
    }
  }

  private assertBounded(): void {
    if (this.records.length + this.partVersions > MAX_PART_RECORDS || this.bytes > MAX_PART_BYTES) {
      throw new InvalidRequestError('kind', 'must be checkpoint: too much came since the last one');
    }
  }
}

function checkHeader(header: JsonObject): void {
  if (header['format'] !== FORMAT_NAME) throw new InvalidRequestError('format', `must be "${FORMAT_NAME}"`);
  const { version } = header;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw new InvalidRequestError('version', 'must be a whole number');
  }
  if (version > FORMAT_VERSION) {
    throw new InvalidRequestError(
      'version',
      `is ${version}: a later release wrote this file; this one reads versions up to ${FORMAT_VERSION}`,
    );
  }
}

async function* foreignParts(
  input: AsyncIterable<Uint8Array>,
  named: ForeignFormatName | undefined,
  { maxLineBytes, bounds }: ReadOptions,
): AsyncGenerator<ReadPart> {
  let format = named;
  const part = new PlainPart();
  for await (const { line, text } of jsonItems(input, { lists: FOREIGN_LISTS, maxBytes: maxLineBytes })) {
    const memory = within(line, () => {
      const record = asRecord(parseLine(text, bounds));
      format ??= foreignFormatOf(record);
      if (!format) throw new InvalidRequestError('line', 'is of no known format; name it with format');
      return FOREIGN_FORMATS[format].read(record);
    });
    if (part.isFull && format) yield part.close(format, line);
    part.add({ line, kind: 'foreign', memory }, text.length);
  }
  if (part.hasRecords && format) yield part.close(format, part.lastLine + 1);
}

async function* graphParts(input: AsyncIterable<Uint8Array>): AsyncGenerator<ReadPart> {
  const part = new PlainPart();
  for await (const edge of graphEdges(input)) {
    const link = within(edge.line, () => linkOfEdge(edge));
    if (part.isFull) yield part.close('earlier-graphml', edge.line);
    part.add({ line: edge.line, kind: 'link', link }, 0);
  }
  if (part.hasRecords) yield part.close('earlier-graphml', part.lastLine + 1);
}

/** A part of a file that has none of its own. */
class PlainPart {
  private records: ReadRecord[] = [];
  private size = 0;
  lastLine = 0;

  get isFull(): boolean {
    return this.records.length >= PART_RECORDS || this.size >= PART_BYTES;
  }

  get hasRecords(): boolean {
    return this.records.length > 0;
  }

  add(record: ReadRecord, size: number): void {
    this.records.push(record);
    this.size += size;
    this.lastLine = record.line;
  }

  close(format: ImportFormat, nextLine: number): ReadPart {
    const { records } = this;
    this.records = [];
    this.size = 0;
    return { format, records, nextLine };
  }
}

function parseLine(text: string, bounds: LineBounds): unknown {
  assertBounded(text, bounds);
  try {
    return parseJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidRequestError('line', `must be JSON: ${reason.slice(0, 200)}`);
  }
}

/** @throws BrokenLineError for what is not allowed in the line */
export function within<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BrokenLineError || !(error instanceof InvalidRequestError)) throw error;
    throw new BrokenLineError(line, error.field, error.allowed);
  }
}

function isSum(record: FileRecord): record is FileSum {
  return record.kind === 'checkpoint' || record.kind === 'end';
}

function isSame(some: RecordCounts, others: RecordCounts): boolean {
  return some.memories === others.memories && some.versions === others.versions && some.links === others.links;
}
