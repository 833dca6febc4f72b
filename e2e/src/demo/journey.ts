import type { Narrator } from './narrator';

/** A story that is played through the HTTP API, and the topics by which an outside system follows it. */
export interface Journey {
  readonly topics: readonly string[];
  /** Gives each aggregate whose events the outside system must have seen, with its last version. */
  play(gateway: string, narrator: Narrator): Promise<Map<string, number>>;
}
