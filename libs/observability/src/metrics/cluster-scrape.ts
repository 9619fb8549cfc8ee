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

/** Something that a message can be sent to: a worker, seen from the process that started it. */
export interface MessageTarget {
  send(message: ScrapeAnswer): unknown;
}

/** The side of the process that owns the workers: adds up their metrics whenever one of them is scraped. */
export class ClusterScrape {
  private readonly aggregator = new AggregatorRegistry();

  /** Answers a worker's request for the metrics of all; other messages are none of its business. */
  async answer(worker: MessageTarget, message: unknown): Promise<void> {
    if (!isMessage<ScrapeRequest>(message, REQUEST)) return;
    const text = await this.aggregator.clusterMetrics().catch(() => null);
    try {
      worker.send({ type: ANSWER, id: message.id, text });
    } catch {
      // The worker is gone; so is its scraper.
    }
  }
}

/** The side of a worker: hands its registry out and asks for the sum. */
export class WorkerScrape {
  constructor(registry: Registry) {
    AggregatorRegistry.setRegistries([registry]);
    new AggregatorRegistry();
  }

  /** The metrics of all workers as text; null when they cannot be had in time. */
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
