import { createHash } from 'node:crypto';

/** Longest session name kept as it is: index entries have a limit of about 2700 bytes. */
const MAX_LENGTH = 256;

/** What a session name is grouped by: itself, or its digest when it is too long for an index. */
export function groupingKey(session: string | null): string | null {
  if (session === null || session.length <= MAX_LENGTH) return session;
  return `sha256:${createHash('sha256').update(session).digest('hex')}`;
}
