import { randomUUID } from 'node:crypto';

// Accepts the ids that clients send (UUIDs, trace ids, "<uuid>:<route>"), but nothing that could forge a log or header.
const SANE_REQUEST_ID = /^[A-Za-z0-9._:@/+=-]{1,128}$/;

/** Returns the client's id when it is valid (1 to 128 of `A-Z a-z 0-9 . _ : @ / + = -`), else a new UUID. */
export function chooseRequestId(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : randomUUID();
}
