import { EMPTY_CHAIN, hashOf, type AuditHead } from './audit-chain.js';

/** A line that is not as it was written, or not where it was. */
export interface AuditProblem {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

/** What a file of exported entries is worth. */
export interface AuditVerdict {
  readonly isIntact: boolean;
  readonly entries: number;
  /** Place of the first entry; above 1 the file says nothing of what came before. 0 without entries. */
  readonly firstSeq: number;
  readonly head: AuditHead;
  /** The first ones, at most 20. */
  readonly problems: readonly AuditProblem[];
}

const MAX_PROBLEMS = 20;
const HASHED = /^(.*),"hash":"([0-9a-f]{64})"\}$/s;

interface Place {
  readonly seq: number;
  readonly previousHash: string;
}

/**
 * Checks the lines of an exported audit log, with nothing but the file: that each entry is as it was written, that none is
 * missing, added or moved between the first and the last, and that the end is there.
 *
 * @param since the head that an earlier file ended with, if this one has to go on behind it or contain it
 */
export async function verifyAudit(lines: AsyncIterable<string>, since?: AuditHead): Promise<AuditVerdict> {
  const check = new ChainCheck(since);
  for await (const line of lines) check.add(line);
  return check.end();
}

class ChainCheck {
  private readonly problems: AuditProblem[] = [];
  private head: AuditHead | undefined;
  private line = 0;
  private entries = 0;
  private firstSeq = 0;
  private isEnded = false;
  private hasSince: boolean;

  constructor(private readonly since: AuditHead | undefined) {
    this.hasSince = since === undefined || since.seq === 0;
  }

  add(line: string): void {
    this.line += 1;
    if (line === '') return;
    if (this.isEnded) return this.report('there is something behind the end');
    const end = endOf(line);
    if (end) return this.close(end);
    const [, open, hash] = HASHED.exec(line) ?? [];
    const text = `${open ?? ''}}`;
    const place = open === undefined ? undefined : placeOf(text);
    if (place === undefined || hash === undefined) return this.report('this is no entry of an audit log');
    if (hashOf(text) !== hash) this.report(`entry ${place.seq} is not as it was written`);
    this.follow(place, hash);
  }

  end(): AuditVerdict {
    if (!this.isEnded) this.report('the end is missing: the file is cut off');
    if (!this.hasSince) this.report(`entry ${this.since?.seq} of the earlier file is not in this one`);
    const { entries, firstSeq, problems, head = EMPTY_CHAIN } = this;
    return { isIntact: problems.length === 0, entries, firstSeq, head, problems: problems.slice(0, MAX_PROBLEMS) };
  }

  private follow({ seq, previousHash }: Place, hash: string): void {
    if (this.head === undefined) this.begin({ seq, previousHash });
    else if (seq !== this.head.seq + 1) this.report(`entry ${seq} follows entry ${this.head.seq}`);
    else if (previousHash !== this.head.hash) this.report(`entry ${seq} was written behind another entry`);
    this.head = { seq, hash };
    this.entries += 1;
    this.compareSince(this.head);
  }

  private begin({ seq, previousHash }: Place): void {
    this.firstSeq = seq;
    if (seq === 1 && previousHash !== EMPTY_CHAIN.hash) this.report('entry 1 was written behind another entry');
    this.compareSince({ seq: seq - 1, hash: previousHash });
  }

  private compareSince({ seq, hash }: AuditHead): void {
    if (seq !== this.since?.seq) return;
    this.hasSince = true;
    if (hash !== this.since.hash) this.report(`entry ${seq} is another one than in the earlier file`);
  }

  private close(end: AuditHead): void {
    this.isEnded = true;
    const { seq, hash } = this.head ?? EMPTY_CHAIN;
    const isEmptyTail = this.head === undefined;
    if (isEmptyTail) this.head = end;
    else if (end.seq !== seq || end.hash !== hash)
      this.report(`the file ends at entry ${end.seq}, and entry ${seq} is the last`);
    if (isEmptyTail) this.compareSince(end);
  }

  private report(problem: string): void {
    this.problems.push({ line: this.line, problem });
  }
}

function endOf(line: string): AuditHead | undefined {
  const value = parsed(line);
  if (value?.['end'] !== true) return undefined;
  const { seq, hash } = value;
  return typeof seq === 'number' && typeof hash === 'string' ? { seq, hash } : undefined;
}

function placeOf(text: string): Place | undefined {
  const { seq, previous_hash: previousHash } = parsed(text) ?? {};
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || typeof previousHash !== 'string') return undefined;
  return { seq, previousHash };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
