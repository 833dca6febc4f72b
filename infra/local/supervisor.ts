import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { ContainerRef } from './engine.ts';
import { startOf } from './identity.mjs';
import { Refusal } from './print.ts';
import { stopInOrder, type Running } from './stop.ts';

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Numeric ids of another user to run as (PostgreSQL refuses root). */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Lower stops first. */
  readonly rank: number;
  readonly signal?: NodeJS.Signals;
  readonly graceMs?: number;
  /** What the command, a container engine's client, runs. */
  readonly container?: ContainerRef;
}

export interface Crash {
  readonly name: string;
  readonly how: string;
  readonly lastLines: string[];
}

/**
 * Owns child processes: each in its own session (so that Ctrl-C reaches only us), with its output in a log file,
 * watched by a guard process that stops them should we be killed.
 */
export class Supervisor {
  /** The folder of the children's logs. */
  readonly logs: string;
  readonly #changed: (processes: Running[]) => void;
  readonly #mayEnd: boolean;
  readonly #children = new Map<number, Running & { gone: Promise<void> }>();
  readonly #crash = Promise.withResolvers<Crash>();
  /** Clients that ended by themselves, maybe not with their containers. */
  readonly #withoutClient: Running[] = [];
  #guard: ChildProcess | undefined;
  #stopping = false;

  /** `changed` hears of every child that comes or goes. With `mayEnd` a child's end is no crash, and its log goes on when it is started again. */
  constructor(logs: string, changed: (processes: Running[]) => void = () => undefined, options: { readonly mayEnd?: boolean } = {}) {
    this.logs = logs;
    this.#changed = changed;
    this.#mayEnd = options.mayEnd ?? false;
    mkdirSync(logs, { recursive: true });
  }

  /** Resolves when a child ends that nobody asked to. */
  get crashed(): Promise<Crash> {
    return this.#crash.promise;
  }

  get processes(): Running[] {
    return [...this.#children.values()].map(({ gone: _gone, ...running }) => running);
  }

  start(spec: ChildSpec): Running {
    if (this.#stopping) throw new Refusal('stopped while starting');
    this.#guard ??= this.#startGuard();
    const log = this.#openLog(spec.name);
    const child = spawn(spec.command, [...spec.args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...spec.env },
      ...(spec.cwd ? { cwd: spec.cwd } : {}),
      ...spec.user,
    });
    closeSync(log);
    child.on('error', (error) => this.#crash.resolve({ name: spec.name, how: `did not start: ${error.message}`, lastLines: [] }));
    const { pid } = child;
    if (pid === undefined) throw new Refusal(`${spec.name} did not start: ${spec.command} cannot be run`);
    const { name, rank, signal = 'SIGTERM', graceMs = 10_000 } = spec;
    const running: Running = { name, pid, started: startOf(pid) ?? '', rank, signal, graceMs, ...(spec.container ? { container: spec.container } : {}) };
    const gone = new Promise<void>((resolve) => {
      child.on('exit', (code, killedBy) => {
        this.#forget(pid);
        if (running.container && !this.#stopping) this.#withoutClient.push(running);
        if (!this.#stopping && !this.#mayEnd) this.#crash.resolve({ name, how: killedBy ? `was killed by ${killedBy}` : `ended with code ${code}`, lastLines: this.lastLines(name) });
        resolve();
      });
    });
    this.#children.set(pid, { ...running, gone });
    this.#tellGuard({ watch: running });
    this.#changed(this.processes);
    return running;
  }

  /** Lets the guard end a task that somebody else runs and awaits, should we be killed meanwhile. Call the result when it has ended. */
  lend(name: string, pid: number): () => void {
    this.#guard ??= this.#startGuard();
    this.#tellGuard({ watch: { name, pid, started: startOf(pid) ?? '', rank: 0, signal: 'SIGTERM', graceMs: 5_000 } });
    return () => this.#tellGuard({ forget: pid });
  }

  /** Stops every child in order. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const left = [...this.#children.values()];
    await stopInOrder([...left, ...this.#withoutClient]);
    await Promise.all(left.map(({ gone }) => gone));
    await this.#dismissGuard();
  }

  lastLines(name: string, count = 5): string[] {
    const file = this.logFile(name);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  }

  logFile(name: string): string {
    return path.join(this.logs, `${name}.log`);
  }

  #openLog(name: string): number {
    const file = this.logFile(name);
    if (existsSync(file) && !this.#mayEnd) renameSync(file, `${file}.1`);
    return openSync(file, 'a', 0o600);
  }

  #startGuard(): ChildProcess {
    const guard = spawn(process.execPath, ['--max-old-space-size=24', path.join(import.meta.dirname, 'guard.ts')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      env: forEngines(process.env),
    });
    guard.stdin?.on('error', () => undefined);
    guard.on('exit', () => {
      if (!this.#stopping) this.#crash.resolve({ name: 'the guard of the child processes', how: 'ended', lastLines: [] });
    });
    return guard;
  }

  async #dismissGuard(): Promise<void> {
    const guard = this.#guard;
    if (!guard || guard.exitCode !== null || guard.signalCode !== null) return;
    const gone = once(guard, 'exit');
    this.#tellGuard({ farewell: true });
    guard.stdin?.end();
    await gone;
  }

  #tellGuard(message: { watch?: Running; forget?: number; farewell?: true }): void {
    if (this.#guard?.stdin?.writable) this.#guard.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #forget(pid: number): void {
    this.#children.delete(pid);
    this.#tellGuard({ forget: pid });
    this.#changed(this.processes);
  }
}

/** What a container engine's client needs to find its engine. */
function forEngines(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^(PATH|HOME|XDG_RUNTIME_DIR|DOCKER_.*|CONTAINER_.*)$/.test(name)));
}
