import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RequestEndedError } from '../model/errors.js';
import { CircuitBreaker, CircuitOpenError, type CircuitBreakerOptions } from './circuit-breaker.js';
import { currentBudget, openBudget, RequestBudget, withBudget } from './request-budget.js';

class Outage extends Error {}

/** A server that answers, refuses, cannot be reached, or says nothing. */
class Server {
  mood: 'answers' | 'refuses' | 'is away' | 'hangs' = 'answers';
  calls = 0;
  probes = 0;
  probing = 0;
  mostProbing = 0;
  private readonly silent: (() => void)[] = [];

  call = (): Promise<string> => {
    this.calls += 1;
    return this.answer();
  };
  probe = (signal: AbortSignal): Promise<unknown> => {
    this.probes += 1;
    this.probing += 1;
    this.mostProbing = Math.max(this.mostProbing, this.probing);
    const isGivenUp = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return Promise.race([this.answer(), isGivenUp]).finally(() => (this.probing -= 1));
  };
  /** Goes on, and answers what has waited. */
  goOn(): void {
    this.mood = 'answers';
    for (const answer of this.silent.splice(0)) answer();
  }
  private async answer(): Promise<string> {
    if (this.mood === 'is away') throw new Outage('ECONNREFUSED');
    if (this.mood === 'refuses') throw new RangeError('400');
    if (this.mood === 'hangs') await new Promise<void>((resolve) => this.silent.push(resolve));
    return 'answer';
  }
}

describe('a circuit breaker', () => {
  let server: Server;
  let breaker: CircuitBreaker;

  const open = (options: Partial<CircuitBreakerOptions> = {}) =>
    (breaker = new CircuitBreaker({
      probe: (signal) => server.probe(signal),
      verdictOn: (error) => (error instanceof Outage ? 'outage' : error instanceof RangeError ? 'answer' : 'nothing'),
      ...options,
    }));
  const failed = (call: Promise<unknown>) =>
    call.then(
      () => 'answered',
      (error: unknown) => (error instanceof Error ? error.constructor.name : error),
    );
  const ask = () => failed(breaker.run(server.call));
  /** So many calls, and what they set off. */
  const askTimes = async (calls: number) => {
    for (let call = 0; call < calls; call += 1) await ask();
    await pass(0);
  };
  /** Lets the pauses between probes pass, and the silence that a probe waits for. */
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    server = new Server();
    open();
  });
  afterEach(() => {
    breaker.end();
    jest.useRealTimers();
  });

  it('opens after some failures to reach the server, and then asks it nothing', async () => {
    server.mood = 'is away';
    expect([await ask(), await ask(), breaker.state]).toEqual(['Outage', 'Outage', 'closed']);
    expect(await ask()).toBe('Outage');
    await pass(0);
    expect([breaker.state, breaker.openings, server.probes]).toEqual(['open', 1, 1]);
    expect([await ask(), server.calls]).toEqual(['CircuitOpenError', 3]);
    const refusal = await breaker.run(server.call).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    expect(refusal).toHaveProperty('cause.message', 'ECONNREFUSED');
  });

  it('closes when a probe is answered, which no caller waits for', async () => {
    server.mood = 'is away';
    await askTimes(3);
    await pass(5000);
    expect([server.calls, breaker.state]).toEqual([3, 'open']);
    expect(server.probes).toBeGreaterThanOrEqual(4);
    server.mood = 'answers';
    await pass(1000);
    expect([breaker.state, await ask(), server.calls]).toEqual(['closed', 'answered', 4]);
  });

  it('never opens on refusals, nor on callers that give up', async () => {
    server.mood = 'refuses';
    for (let call = 0; call < 20; call += 1) expect(await ask()).toBe('RangeError');
    const gaveUp = () => Promise.reject(new TypeError('the caller hung up'));
    for (let call = 0; call < 20; call += 1) expect(await failed(breaker.run(gaveUp))).toBe('TypeError');
    expect(breaker.openings).toBe(0);
  });

  it('learns nothing from a request that ended, and probes on no budget of one', async () => {
    const { budget, hangUp } = openBudget(60_000);
    const hungUp = () => {
      hangUp();
      return Promise.reject(new Outage('aborted'));
    };
    for (let call = 0; call < 20; call += 1) await withBudget(budget, () => failed(breaker.run(hungUp)));
    expect(breaker.openings).toBe(0);
    const budgets: unknown[] = [];
    open({
      probe: async (signal) => {
        budgets.push(currentBudget());
        return server.probe(signal);
      },
    });
    server.mood = 'is away';
    await withBudget(new RequestBudget(Infinity), () => askTimes(3));
    await pass(5000);
    expect(budgets.length).toBeGreaterThan(2);
    expect(new Set(budgets)).toEqual(new Set([undefined]));
  });

  it('lets patient work wait no longer than its request', async () => {
    server.mood = 'is away';
    await askTimes(3);
    const budget = new RequestBudget(Infinity);
    const waiting = withBudget(budget, () => failed(breaker.run(server.call, { patienceMs: 60_000 })));
    budget.end(new RequestEndedError('hung up'));
    expect(await waiting).toBe('RequestEndedError');
  });

  it('begins to count anew after an answer, a refusal included', async () => {
    for (const mood of ['is away', 'is away', 'refuses', 'is away', 'is away', 'answers', 'is away'] as const) {
      server.mood = mood;
      await ask();
    }
    expect(breaker.openings).toBe(0);
  });

  it('finds out by a probe that the server hangs, and gives up what waits for it', async () => {
    server.mood = 'hangs';
    const waiting = [ask(), ask(), ask()];
    await pass(999);
    expect(server.probes).toBe(0);
    await pass(1010);
    expect(await Promise.all(waiting)).toEqual(['CircuitOpenError', 'CircuitOpenError', 'CircuitOpenError']);
    expect([await ask(), server.calls]).toEqual(['CircuitOpenError', 3]);
  });

  it('has one probe under way at most, and says so', async () => {
    server.mood = 'hangs';
    for (let call = 0; call < 5; call += 1) void ask();
    await pass(2010);
    await pass(300);
    expect(breaker.state).toBe('half_open');
    server.mood = 'is away';
    await pass(10_000);
    expect(server.probes).toBeGreaterThan(3);
    expect(server.mostProbing).toBe(1);
  });

  it('leaves a slow call alone while the server answers probes', async () => {
    open({ probe: () => Promise.resolve() });
    server.mood = 'hangs';
    const slow = ask();
    await pass(30_000);
    expect(breaker.openings).toBe(0);
    server.goOn();
    expect(await slow).toBe('answered');
  });

  it('is closed by any call that is answered after all', async () => {
    server.mood = 'hangs';
    const patient = failed(breaker.run(server.call, { patienceMs: 5000 }));
    const impatient = ask();
    await pass(2010);
    expect([await impatient, breaker.state]).toEqual(['CircuitOpenError', 'open']);
    server.goOn();
    expect([await patient, breaker.state]).toEqual(['answered', 'closed']);
  });

  it('lets patient calls wait for the server, as long as they said', async () => {
    server.mood = 'is away';
    await askTimes(3);
    const short = failed(breaker.run(server.call, { patienceMs: 500 }));
    const long = failed(breaker.run(server.call, { patienceMs: 20_000 }));
    await pass(5000);
    expect(await short).toBe('CircuitOpenError');
    server.mood = 'answers';
    await pass(1000);
    expect(await long).toBe('answered');
  });

  it('does not suspect a server that only patient calls wait for', async () => {
    server.mood = 'hangs';
    const patient = failed(breaker.run(server.call, { patienceMs: 500 }));
    await pass(30_000);
    expect([server.probes, breaker.state]).toEqual([0, 'closed']);
    server.goOn();
    expect(await patient).toBe('answered');
  });

  it('probes less and less while probes are answered and calls are not', async () => {
    open({ probe: () => Promise.resolve() });
    server.mood = 'is away';
    await askTimes(5);
    expect(breaker.state).toBe('closed');
    await askTimes(1);
    const openFor: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      let ms = 0;
      for (; breaker.state !== 'closed'; ms += 10) await pass(10);
      openFor.push(ms);
      await ask();
    }
    expect(openFor[0]).toBeLessThanOrEqual(210);
    expect(openFor[3]).toBeGreaterThanOrEqual(500);
  });

  it('does not open when connections break and the server answers the probe', async () => {
    const broken = () => Promise.reject(new Outage('ECONNRESET'));
    for (let call = 0; call < 3; call += 1) expect(await failed(breaker.run(broken))).toBe('Outage');
    await pass(0);
    expect([server.probes, breaker.openings]).toEqual([1, 0]);
  });

  it('takes a refused probe for an answer', async () => {
    server.mood = 'is away';
    await askTimes(3);
    server.mood = 'refuses';
    await pass(300);
    expect(breaker.state).toBe('closed');
  });

  it('leaves no timer behind when it has ended', async () => {
    server.mood = 'is away';
    await askTimes(3);
    breaker.end();
    expect(jest.getTimerCount()).toBe(0);
    expect(await ask()).toBe('Outage');
  });
});
