import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * Stops kafkajs from checking for pending requests when there are none. From the first response of a connection on, it
 * checks every millisecond (it asks for a delay below zero, which newer Node versions warn about), which costs an idle
 * service a twentieth of a processor. A request that becomes pending later schedules its own check.
 * (github.com/tulios/kafkajs, issues 1704 and 1751: open, and no release since.)
 */
export function quietRequestQueues(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleWherePending;
}

function scheduleWherePending(this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
}
