import type { IndexChange, Namespace } from '@sfm/memory';
import type { RemovedVersions } from './removed-versions.js';
import { keyOf, newestByKey, toRequests, versionOf, type UpdateRequest } from './write-plan.js';

/** Maximum number of concurrent requests. */
const PARALLEL_REQUESTS = 2;

/** Sends operations to the collections of the points; resolves when they are durable. */
export type SendOperations = (request: UpdateRequest) => Promise<void>;

/** Turns changes of a namespace into requests whose result is the newest version of every key. */
export class PointWriter {
  constructor(
    private readonly namespace: Namespace,
    private readonly removed: RemovedVersions,
    private readonly send: SendOperations,
  ) {}

  async write(changes: readonly IndexChange[]): Promise<void> {
    const requests = toRequests(this.namespace, this.#news(newestByKey(changes)));
    const lane = async (): Promise<void> => {
      for (const request of requests) await this.send(request);
    };
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, lane));
  }

  #news(changes: readonly IndexChange[]): IndexChange[] {
    const news = changes.filter((change) => !this.removed.isRemoved(this.namespace, keyOf(change), versionOf(change)));
    for (const change of news) {
      if (change.kind === 'remove') this.removed.note(this.namespace, change.key, change.version);
    }
    return news;
  }
}
