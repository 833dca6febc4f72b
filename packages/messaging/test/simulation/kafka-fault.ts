/** An error as kafkajs throws it: `type` is the broker's own word. */
export class KafkaFault extends Error {
  readonly retriable = true;

  constructor(readonly type: string) {
    super(`simulated ${type}`);
    this.name = 'KafkaJSProtocolError';
  }
}

export const partitions = 3;
