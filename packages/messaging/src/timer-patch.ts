import RequestQueue from 'kafkajs/src/network/requestQueue';

/**
 * Stops kafkajs 2.2.4 from re-arming an idle timer with a negative delay about 900 times a second
 * (tulios/kafkajs #1556, #1751; never released). Requests that wait are still sent: when a reply frees
 * a slot, or when the broker's throttle time is over. Safe to repeat.
 */
export function patchKafkajsTimer(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleOnlyWhenNeeded;
}

function scheduleOnlyWhenNeeded(this: RequestQueue): void {
  const throttledFor = this.throttledUntil - Date.now();
  if (this.throttleCheckTimeoutId !== null || (throttledFor <= 0 && this.pending.length === 0)) return;
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, Math.max(throttledFor, 10));
}
