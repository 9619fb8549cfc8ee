import type { ComponentHealth } from '@sfm/observability';

/** Checks of the parts that the consumer needs to apply events. */
export interface ConsumerParts {
  /** Rejects when the truth does not answer. */
  readonly truth: () => Promise<unknown>;
  /** Rejects when the vector index does not answer. */
  readonly vectors: () => Promise<unknown>;
  /** Whether this process is in the consumer group, and hears of its brokers. */
  readonly isMember: () => boolean;
}

export interface ConsumerHealthReport {
  readonly ready: boolean;
  readonly kv_store: boolean;
  readonly vector_store: boolean;
  readonly consumer_group: boolean;
}

const TRUTH = 'postgresql';
const VECTORS = 'vector_index';
const GROUP = 'consumer_group';

/** Reports the health of the parts from process start; until they are connected they count as unhealthy. */
export class ConsumerHealth {
  private parts: ConsumerParts | undefined;

  constructor(private readonly health: ComponentHealth) {
    health.register({ name: TRUTH, check: async () => void (await this.started().truth()) });
    health.register({ name: VECTORS, check: async () => void (await this.started().vectors()) });
    health.register({
      name: GROUP,
      check: () => {
        if (!this.started().isMember())
          return Promise.reject(new Error('not a member of the consumer group, or its brokers are silent'));
        return Promise.resolve();
      },
    });
  }

  watch(parts: ConsumerParts): void {
    this.parts = parts;
  }

  /** Never rejects. @param withinMs reports parts as unhealthy that have not answered by then */
  async read(withinMs?: number): Promise<ConsumerHealthReport> {
    const components = await this.health.checkAll(withinMs);
    const isUp = (name: string) => components.some((component) => component.name === name && component.healthy);
    const [kvStore, vectorStore, group] = [isUp(TRUTH), isUp(VECTORS), isUp(GROUP)];
    return {
      ready: kvStore && vectorStore && group,
      kv_store: kvStore,
      vector_store: vectorStore,
      consumer_group: group,
    };
  }

  /** Resolves with whether both stores answer now. */
  async areStoresUp(): Promise<boolean> {
    const { kv_store: kvStore, vector_store: vectorStore } = await this.read();
    return kvStore && vectorStore;
  }

  private started(): ConsumerParts {
    if (!this.parts) throw new Error('the process is starting');
    return this.parts;
  }
}
