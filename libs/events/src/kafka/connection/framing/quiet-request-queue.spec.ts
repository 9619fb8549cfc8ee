import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { quietRequestQueues } from './quiet-request-queue.js';

describe('request queues of kafkajs', () => {
  let queue: RequestQueue;
  let sent: number[];

  beforeEach(() => {
    quietRequestQueues();
    sent = [];
    queue = new RequestQueue({
      maxInFlightRequests: null,
      requestTimeout: 1000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'nowhere:9092',
      logger: { debug: () => undefined },
    });
  });
  afterEach(() => queue.destroy());

  const push = (correlationId: number) =>
    new Promise<void>((resolve) =>
      queue.push({
        entry: { correlationId },
        expectResponse: true,
        sendRequest: () => {
          sent.push(correlationId);
          resolve();
        },
      }),
    );

  it('set no timer while nothing is pending', () => {
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('send what became pending while the broker asked for a pause, when that is over', async () => {
    queue.maybeThrottle(30);
    const first = push(1);
    const second = push(2);
    expect(sent).toEqual([]);
    await Promise.all([first, second]);
    expect(sent).toEqual([1, 2]);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('are quietened once, however often that is asked for', () => {
    const { scheduleCheckPendingRequests } = RequestQueue.prototype;
    quietRequestQueues();
    expect(RequestQueue.prototype.scheduleCheckPendingRequests).toBe(scheduleCheckPendingRequests);
  });
});
