import { randomUUID } from 'node:crypto';

// What clients really send (UUIDs, trace ids, "<uuid>:<route>"), and nothing that could forge a log line or a header.
const SANE_REQUEST_ID = /^[A-Za-z0-9._:@/+=-]{1,128}$/;

/** The id a client sent when it is sane (1 to 128 of `A-Z a-z 0-9 . _ : @ / + = -`), else a new UUID. */
export function chooseRequestId(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : randomUUID();
}
