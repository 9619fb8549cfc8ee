import type { WatchedCircuit } from '@sfm/observability';

/** Shows the state of a circuit breaker, whether its server is healthy or not. */
export function circuitFacts(read: () => WatchedCircuit | undefined): () => Record<string, unknown> {
  return () => {
    const circuit = read();
    return circuit === undefined ? {} : { circuit: circuit.state };
  };
}
