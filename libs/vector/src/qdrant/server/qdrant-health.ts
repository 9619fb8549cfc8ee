import { IndexUnavailableError } from '@sfm/memory';
import type { QdrantServer } from './qdrant-server.js';

export interface QdrantHealthReport {
  readonly isUp: boolean;
  readonly version?: string;
  readonly problem?: string;
}

const TIMEOUT_MS = 1500;
/** The first release that supports conditional point updates; older ones ignore the condition. */
const OLDEST = { major: 1, minor: 16 };

/** Checks whether Qdrant answers and can be used. */
export class QdrantHealth {
  constructor(
    private readonly server: QdrantServer,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  /** Resolves within the time limit and never rejects. */
  async check(): Promise<QdrantHealthReport> {
    const soon = { timeoutMs: this.timeoutMs };
    try {
      const version = await this.server.version(soon);
      // The version is public; this call needs authorisation.
      await this.server.call((api, init) => api.collectionExists({ collection_name: 'health' }, init), soon);
      return isSupported(version) ? { isUp: true, version } : { isUp: false, version, problem: tooOld(version) };
    } catch (error) {
      return { isUp: false, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** @throws IndexUnavailableError when the server is too old for safe writes, or does not answer. */
export async function assertSupported(server: QdrantServer): Promise<void> {
  const version = await server.version();
  if (!isSupported(version)) throw new IndexUnavailableError(tooOld(version));
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

function tooOld(version: string): string {
  return `Qdrant ${version} is too old: ${OLDEST.major}.${OLDEST.minor} or newer is needed`;
}
