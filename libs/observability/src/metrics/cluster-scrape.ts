import { randomUUID } from 'node:crypto';
import { AggregatorRegistry, type Registry } from 'prom-client';

const REQUEST = 'soma:scrape';
const ANSWER = 'soma:scraped';
const TIMEOUT_MS = 4000;

interface ScrapeRequest {
  readonly type: typeof REQUEST;
  readonly id: string;
}

interface ScrapeAnswer {
  readonly type: typeof ANSWER;
  readonly id: string;
  readonly text: string | null;
}

/** A message recipient: a worker, as seen by the process that started it. */
export interface MessageTarget {
  send(message: ScrapeAnswer): unknown;
}

/** Runs in the process that owns the workers: sums their metrics whenever one of them is scraped. */
export class ClusterScrape {
  private readonly aggregator = new AggregatorRegistry();

  /** Answers a worker's request for the metrics of all workers; ignores other messages. */
  async answer(worker: MessageTarget, message: unknown): Promise<void> {
    if (!isMessage<ScrapeRequest>(message, REQUEST)) return;
    const text = await this.aggregator.clusterMetrics().catch(() => null);
    try {
      worker.send({ type: ANSWER, id: message.id, text });
    } catch {
      // The worker is gone, and its scraper with it.
    }
  }
}

/** Runs in a worker: provides its registry and requests the sum. */
export class WorkerScrape {
  constructor(registry: Registry) {
    AggregatorRegistry.setRegistries([registry]);
    new AggregatorRegistry();
  }

  /** Returns the metrics of all workers as text; null when they do not arrive in time. */
  async all(): Promise<string | null> {
    const id = randomUUID();
    return new Promise<string | null>((resolve) => {
      const finish = (text: string | null) => {
        clearTimeout(timer);
        process.off('message', onMessage);
        resolve(text);
      };
      const onMessage = (message: unknown) => {
        if (isMessage<ScrapeAnswer>(message, ANSWER) && message.id === id) finish(message.text);
      };
      const timer = setTimeout(finish, TIMEOUT_MS, null);
      process.on('message', onMessage);
      const request: ScrapeRequest = { type: REQUEST, id };
      if (!process.send?.(request)) finish(null);
    });
  }
}

function isMessage<M extends { readonly type: string }>(message: unknown, type: M['type']): message is M {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type;
}
