import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningService } from './support/running-service.js';

const describeReal = await describeWith(['postgres', 'qdrant']);

interface Health {
  readonly status: string;
  readonly services: readonly {
    readonly name: string;
    readonly healthy: boolean;
    readonly details: Record<string, unknown>;
  }[];
}

describeReal('a PostgreSQL and a Qdrant of the operator, shared by two processes', () => {
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let services: RunningService[] = [];

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
    const settings = { POSTGRES_URL: database.url, QDRANT_URL: qdrant.url };
    services = [await RunningService.start(settings), await RunningService.start(settings)];
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.dispose()));
    await qdrant.stop();
    await database.drop();
  });

  const service = (index: number): RunningService => {
    const found = services[index];
    if (!found) throw new Error(`there is no service ${index}`);
    return found;
  };
  const pointsIn = async (collection: string): Promise<number | undefined> => {
    const response = await fetch(new URL(`/collections/${collection}`, qdrant.url));
    const { result } = (await response.json()) as { result?: { points_count: number } };
    return result?.points_count;
  };
  const recalled = async (index: number, query: string): Promise<string[]> => {
    const answer = await service(index).json<{ matches: { text: string }[] }>('/recall', { body: { query } });
    return answer.matches.map(({ text }) => text);
  };
  const health = async (): Promise<Health> => service(0).json<Health>('/health');
  /** Whether health and metrics both say that of the circuit of Qdrant. */
  const circuitOf = async (index: number, state: 'open' | 'closed'): Promise<boolean> => {
    const { services: parts } = await service(index).json<Health>('/health');
    const isShown = String(parts.find(({ name }) => name === 'qdrant')?.details['circuit']).includes(state);
    const page = await (await fetch(`${service(index).url}/metrics`)).text();
    const value = /^soma_circuit_open\{server="qdrant"\} (\d)$/m.exec(page)?.[1];
    return isShown === (state === 'open' || value === '0') && value === (state === 'open' ? '1' : '0');
  };

  it('puts what one process stores into the collection of the namespace, for the other to find', async () => {
    await service(0).json('/store', { body: { coord: '1,2', payload: { text: 'the ladder is behind the shed' } } });
    expect(await recalled(1, 'where is the ladder?')).toEqual(['the ladder is behind the shed']);
    await waitFor(async () => (await pointsIn('api_ns')) === 1, { what: () => 'the point in the collection' });
    expect(await recalled(1, 'where is the ladder?')).toEqual(['the ladder is behind the shed']);
    await waitFor(async () => (await health()).status === 'healthy', { what: () => 'good health' });
    const { services: parts } = await health();
    expect(parts.find(({ name }) => name === 'qdrant')).toMatchObject({
      healthy: true,
      details: { version: '1.16.3' },
    });
  });

  it('goes on while Qdrant is away, says so, and catches up by itself', async () => {
    await qdrant.kill();
    await service(0).json('/store', { body: { coord: '3,4', payload: { text: 'the saw hangs by the door' } } });
    const degraded = await service(1).request('/recall', { body: { query: 'saw' } });
    expect(degraded.headers.get('x-soma-degraded')).toBe('vector');
    expect(await degraded.text()).toContain('the saw hangs by the door');
    const isAway = async () => {
      const { status, services: parts } = await health();
      return status === 'degraded' && parts.find(({ name }) => name === 'qdrant')?.healthy === false;
    };
    await waitFor(isAway, { what: () => 'degraded health that names Qdrant' });
    await waitFor(async () => (await service(0).request('/readyz')).status === 200, { what: () => 'readiness' });

    await qdrant.start();
    await waitFor(async () => (await pointsIn('api_ns')) === 2, { what: () => 'both points' });
    await waitFor(async () => (await health()).status === 'healthy', { what: () => 'good health' });
    await waitFor(() => circuitOf(1, 'closed'), { what: () => 'the other process to find Qdrant back' });
    const whole = await service(1).request('/recall', { body: { query: 'saw' } });
    expect(whole.headers.get('x-soma-degraded')).toBeNull();
  });

  it('answers recalls at once while Qdrant hangs, says so, and catches up by itself', async () => {
    await qdrant.freeze();
    try {
      await service(1).request('/recall', { body: { query: 'saw' } });
      await waitFor(() => circuitOf(1, 'open'), { what: () => 'the circuit to open' });
      await service(0).json('/store', { body: { coord: '5,6', payload: { text: 'the axe leans on the fence' } } });
      for (let call = 0; call < 20; call += 1) {
        const answer = await service(1).request('/recall', {
          body: { query: 'axe' },
          signal: AbortSignal.timeout(1000),
        });
        expect(answer.headers.get('x-soma-degraded')).toBe('vector');
        expect(await answer.text()).toContain('the axe leans on the fence');
      }
    } finally {
      qdrant.thaw();
    }
    await waitFor(async () => (await pointsIn('api_ns')) === 3, { what: () => 'all points' });
    await waitFor(() => circuitOf(1, 'closed'), { what: () => 'the circuit to close' });
    const whole = await service(1).request('/recall', { body: { query: 'axe' } });
    expect(whole.headers.get('x-soma-degraded')).toBeNull();
    await service(1).request('/memories/5,6', { method: 'DELETE' });
    await waitFor(async () => (await pointsIn('api_ns')) === 2, { what: () => 'the axe to be gone' });
  });

  it('takes a deleted memory out of the collection', async () => {
    const response = await service(1).request('/memories/1,2', { method: 'DELETE' });
    expect(response.ok).toBe(true);
    await waitFor(async () => (await pointsIn('api_ns')) === 1, { what: () => 'one point less' });
    expect(await recalled(0, 'where is the ladder?')).not.toContain('the ladder is behind the shed');
  });
});
