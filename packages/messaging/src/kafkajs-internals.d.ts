// kafkajs has no `exports` map, so its inner files resolve; this one is untyped.
declare module 'kafkajs/src/network/requestQueue' {
  class RequestQueue {
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    readonly pending: readonly unknown[];
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}
