import type { Supervisor } from './supervisor.ts';

export interface ServerOptions {
  /** The address a person gave, which replaces a server of ours. */
  readonly given: string | undefined;
  readonly port: number;
  /** The folder that holds the data of all servers. */
  readonly data: string;
  /** For tests: fast, and lost on a power cut. */
  readonly throwaway: boolean;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
}
