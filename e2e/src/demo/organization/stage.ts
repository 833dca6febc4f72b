import { setTimeout as pause } from 'node:timers/promises';
import type { Narrator } from '../narrator';

export type Json = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly body: Json;
}

/** Somebody who calls the API, signed in as a browser or with a token: the year is played with either. */
export interface Actor {
  readonly name: string;
  /** The staff or person id. */
  readonly subject: string;
  get(path: string): Promise<Reply>;
  create(path: string, body: Json): Promise<Reply>;
  change(path: string, version: unknown, body?: Json): Promise<Reply>;
}

/** What the year is played on. */
export interface Stage {
  readonly narrator: Narrator;
  /** Of the gateway, for what anybody may read. */
  readonly url: string;
  readonly tenantId: string;
  /** Somebody of the fixture, by the subject's name there. */
  actor(subject: string): Promise<Actor>;
  /** The day it is in the simulated time, YYYY-MM-DD. */
  today(): string;
  /** Moves the simulated time of every process to 09:00 of that day. */
  moveTo(day: string): Promise<void>;
  /** The outside system must have seen all of this aggregate's events, up to this version. */
  follow(id: unknown, version: unknown): void;
}

/** What is done on one day. */
export interface Act {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly play: () => Promise<void>;
}

/** The body of an answer that must be a success. @throws Error with the refusal. */
export function ok(reply: Reply): Json {
  if (reply.status >= 300) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

export function rows(body: Json, member: string): readonly Json[] {
  return (body[member] ?? []) as readonly Json[];
}

/** All pages of a list. */
export async function listAll(by: Actor, path: string, member: string): Promise<Json[]> {
  const all: Json[] = [];
  let pageToken = '';
  do {
    const body = ok(await by.get(`${path}${path.includes('?') ? '&' : '?'}pageSize=200&pageToken=${pageToken}`));
    all.push(...rows(body, member));
    pageToken = typeof body['nextPageToken'] === 'string' ? body['nextPageToken'] : '';
  } while (pageToken !== '');
  return all;
}

/** Reads what is there and changes that; where a clock was faster, once more, as people do. */
export async function act(by: Actor, { path, word, body = {} }: { readonly path: string; readonly word: string; readonly body?: Json }): Promise<Json> {
  for (let tries = 1; ; tries += 1) {
    const { version } = ok(await by.get(path));
    const reply = await by.change(`${path}:${word}`, version, body);
    if (reply.status !== 412 || tries === 5) return ok(reply);
  }
}

const patienceMs = 10_000;

/** What alarms and events bring about comes a moment later: asks until it holds, for ten seconds at most. */
export async function comesTrue(holds: () => Promise<boolean>): Promise<boolean> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await pause(50)) {
    if (await holds()) return true;
  }
  return false;
}

/** What anybody may read of the office. */
export async function readPublic({ url, tenantId }: Stage, path: string): Promise<Json> {
  const response = await fetch(`${url}/v1/public/${tenantId}${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Json;
}
