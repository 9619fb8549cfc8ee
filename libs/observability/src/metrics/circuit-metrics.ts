import { Counter, Gauge, type Registry } from 'prom-client';

/** The circuit breaker of a server. */
export interface WatchedCircuit {
  readonly state: 'closed' | 'open' | 'half_open';
  /** How often it has opened. */
  readonly openings: number;
}

/** Shows which servers are not asked at the moment because they do not answer. */
export class CircuitMetrics {
  private readonly circuits = new Map<string, () => WatchedCircuit>();

  constructor(registry: Registry) {
    const { circuits } = this;
    const labelled = { labelNames: ['server'], registers: [registry] };
    new Gauge({
      name: 'soma_circuit_open',
      help: '1 while this process does not ask the server, because that does not answer',
      aggregator: 'max',
      ...labelled,
      collect() {
        for (const [server, read] of circuits) this.set({ server }, read().state === 'closed' ? 0 : 1);
      },
    });
    new Counter({
      name: 'soma_circuit_openings_total',
      help: 'How often this process stopped asking the server, because that did not answer',
      ...labelled,
      collect() {
        this.reset();
        for (const [server, read] of circuits) this.inc({ server }, read().openings);
      },
    });
  }

  /** @param server such as `qdrant`; its circuit is read at each scrape */
  watch(server: string, read: () => WatchedCircuit): void {
    this.circuits.set(server, read);
  }
}
