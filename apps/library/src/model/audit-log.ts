import { appendFile } from 'node:fs/promises';

export interface AuditEntry {
  readonly action: string;
  readonly coordinate: readonly number[];
  readonly user: string;
}

/** A file with a line of JSON for each entry, and the time (epoch seconds) of each. */
export class AuditLog {
  constructor(private readonly file: string) {}

  append(entry: AuditEntry): Promise<void> {
    return appendFile(this.file, `${JSON.stringify({ ...entry, timestamp: Date.now() / 1000 })}\n`);
  }
}
