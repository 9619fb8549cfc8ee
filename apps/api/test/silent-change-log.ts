import { ChangeLog, type LogPage, type LogPosition } from '@sfm/memory';

/** A log in which nothing ever changes. */
export class SilentChangeLog extends ChangeLog {
  override now(): Promise<LogPosition> {
    return Promise.resolve({ seq: 0 });
  }

  override after(_: unknown, position: LogPosition): Promise<LogPage> {
    return Promise.resolve({ changes: [], position, isCaughtUp: true });
  }
}
