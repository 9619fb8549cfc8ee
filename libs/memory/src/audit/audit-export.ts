import { auditEndLine, auditLine, type AuditHead } from './audit-chain.js';
import type { AuditLog } from './audit-log.port.js';

const PAGE = 500;

/**
 * Writes the log down as lines, behind a place and up to where it ended when this began, and the end line.
 *
 * @throws StoreUnavailableError
 */
export async function exportAudit(
  log: Pick<AuditLog, 'page' | 'head'>,
  afterSeq = 0,
): Promise<AsyncGenerator<string, void>> {
  return lines(log, await log.head(), afterSeq);
}

async function* lines(log: Pick<AuditLog, 'page'>, head: AuditHead, afterSeq: number): AsyncGenerator<string, void> {
  let last: AuditHead | undefined;
  let after = afterSeq;
  while (after < head.seq) {
    const page = await log.page(after, Math.min(PAGE, head.seq - after));
    last = page.at(-1);
    if (last === undefined) break;
    yield page.map(auditLine).join('');
    after = last.seq;
  }
  yield auditEndLine(last ?? head);
}
