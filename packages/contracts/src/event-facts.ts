/** What the messaging package needs of an event type. */
export interface EventFacts {
  readonly topic: string;
  readonly aggregateType: string;
  readonly codec: {
    /** proto3 JSON of the message. */
    toJSON(message: never): unknown;
    /** Ignores unknown fields; unknown enum names become UNRECOGNIZED. */
    fromJSON(object: unknown): unknown;
  };
}
