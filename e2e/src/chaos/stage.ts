import type { LinkAddress } from './link';

/** Where everything is, told by the program that holds the processes. */
export interface Plan {
  readonly links: readonly LinkAddress[];
  readonly gateway: string;
  /** PostgreSQL's superuser and the broker, past the links. */
  readonly adminUrl: string;
  readonly brokers: string;
  /** Answers below 400 once the part is ready, by part. */
  readonly readyUrls: Readonly<Record<string, string>>;
  /** The file of the simulated clock. */
  readonly clock: string;
  /** The small file system that PostgreSQL lies on; absent where none could be made. */
  readonly smallDisk?: string;
  readonly historyFile: string;
  /** The offices to bring in. */
  readonly imports: readonly string[];
}

type Request = { readonly start: string; readonly env?: Readonly<Record<string, string>> } | { readonly operate: readonly string[] };

interface Answer {
  readonly id: number;
  readonly pid?: number;
  readonly output?: string;
  readonly error?: string;
}

/** The parent process, which starts parts and cleans up after us however we end. */
export class Stage {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly pids = new Map<string, number>();
  private readonly environments = new Map<string, Readonly<Record<string, string>>>();
  private lastId = 0;

  constructor() {
    process.on('message', (answer: Answer) => this.waiting.get(answer.id)?.(answer));
    process.on('disconnect', () => process.exit(130));
  }

  /** What a part needs in its environment that only we know. */
  remember(name: string, env: Readonly<Record<string, string>>): void {
    this.environments.set(name, env);
  }

  /** Starts a part. For a server, returns once it accepts connections; for a service, once it exists. */
  async start(name: string): Promise<void> {
    const remembered = this.environments.get(name);
    const { pid } = await this.ask({ start: name, ...(remembered === undefined ? {} : { env: remembered }) });
    if (pid !== undefined) this.pids.set(name, pid);
  }

  /** Runs the operator's tool to its end and returns what it printed. @throws Error with its output when it fails. */
  async operate(...args: string[]): Promise<string> {
    return (await this.ask({ operate: args })).output ?? '';
  }

  /** Sends a signal to a part that runs. */
  signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.pids.get(name);
    if (pid !== undefined && this.isAlive(name)) process.kill(pid, signal);
  }

  isAlive(name: string): boolean {
    try {
      return process.kill(this.pids.get(name) ?? 0, 0);
    } catch {
      return false;
    }
  }

  private async ask(request: Request): Promise<Answer> {
    this.lastId += 1;
    const id = this.lastId;
    const answer = await new Promise<Answer>((resolve) => {
      this.waiting.set(id, resolve);
      process.send?.({ id, ...request });
    });
    this.waiting.delete(id);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
