import { createHash } from 'node:crypto';

/** Longest session name kept as it is: index entries have a limit of about 2700 bytes. */
const MAX_LENGTH = 256;

/** Returns the grouping key of a session name: the name itself, or its digest when it is too long for an index. */
export function groupingKey(session: string | null): string | null {
  if (session === null || session.length <= MAX_LENGTH) return session;
  return `sha256:${createHash('sha256').update(session).digest('hex')}`;
}
