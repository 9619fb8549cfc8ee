import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * Keeps kafkajs from looking for pending requests where there are none. From the first response of a connection on it
 * looks again every millisecond (it asks for a pause below zero, which newer versions of Node warn of): a twentieth of a
 * processor in a service that does nothing. Whatever becomes pending later asks for a look of its own.
 * (github.com/tulios/kafkajs, issues 1704 and 1751: open, and no release since.)
 */
export function quietRequestQueues(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleWherePending;
}

function scheduleWherePending(this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
}
