import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Json, Person } from '../demo/person';
import type { History } from './history';
import { itemCode, nextStep, type Office } from './office';
import type { Random } from './random';

export interface Load {
  readonly history: History;
  readonly random: Random;
  /** Changes a second, all writers together. */
  readonly rate: number;
  readonly writers: number;
}

/** What one operation came to. `undefined`: it is not known, or not done. */
type Seen = Json | undefined;

interface Question {
  readonly action: string;
  readonly tenant: string;
  readonly caseId?: string;
  readonly key?: string;
}

const mostRepeats = 8;
const awayMs = 6_000;
/** Some turns find their case done, refused or changed by another, and change nothing. */
const turnsForEachChange = 1.25;

/** Writers that work cases from the door to the archive until they are told to stop, and write down all they see. */
export class Writers {
  private readonly stopped = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private marks = 0;

  constructor(
    private readonly offices: readonly Office[],
    private readonly load: Load,
  ) {}

  start(): void {
    const writers = Array.from({ length: this.load.writers }, (_, index) => this.write(index, this.load.random.fork()));
    const absences = this.offices.map((office) => this.comeAndGo(office));
    this.running = Promise.all([...writers, ...absences]);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async write(index: number, random: Random): Promise<void> {
    const office = this.offices[index % this.offices.length];
    const spacing = (1_000 / (this.load.rate * turnsForEachChange)) * this.load.writers;
    if (office === undefined) return;
    let due = Date.now() + random.next() * spacing;
    let seen: Seen;
    while (!this.isStopped) {
      await this.rest(due - Date.now());
      // A writer that was held up does not hurry to catch up for longer than a second.
      due = Math.max(due + spacing, Date.now() - 1_000);
      seen = seen === undefined ? await this.open(office, random) : await this.carryOn(office, seen, random);
      if (random.chance(0.03)) await this.list(office);
    }
  }

  private async open(office: Office, random: Random): Promise<Seen> {
    const filing = office.mandates[random.between(0, office.mandates.length - 1)];
    if (filing === undefined) return undefined;
    this.marks += 1;
    const key = randomUUID();
    const body = { itemCode, residentId: office.resident.subject, mandateId: filing.mandateId, channel: 'home_visit', subject: `第 ${this.marks} 件`, submit: true };
    // Until there is an answer: that it is done once, however often it is asked, is what the key promises.
    for (let repeats = 0; repeats < mostRepeats && !this.isStopped; repeats += 1) {
      const asked = await this.ask({ action: 'submit', tenant: office.tenant, key }, () => filing.agent.create('/v1/cases', body, key));
      if (asked.isAnswered) return asked.seen;
      await this.rest(250 * 2 ** Math.min(repeats, 3));
    }
    return undefined;
  }

  private async carryOn(office: Office, seen: Json, random: Random): Promise<Seen> {
    const step = nextStep(office, seen, random.next());
    const caseId = String(seen['id']);
    if (step === undefined) return undefined;
    const asked = await this.ask({ action: step.action, tenant: office.tenant, caseId }, () => step.by.change(`/v1/cases/${caseId}:${step.action}`, seen['version'], step.body));
    if (asked.seen !== undefined && !random.chance(0.15)) return asked.seen;
    // Not done, or not known, or for good measure: look.
    const read = await this.ask({ action: 'read', tenant: office.tenant, caseId }, () => office.coordinator.get(`/v1/cases/${caseId}`));
    if (read.seen === undefined) await this.rest(200);
    return read.seen ?? asked.seen ?? seen;
  }

  private async list(office: Office): Promise<void> {
    const { body }: { body: Json } = await office.coordinator.get('/v1/cases?pageSize=50').catch(() => ({ body: {} }));
    const cases = (body['cases'] ?? []) as readonly Json[];
    this.load.history.write({ kind: 'listed', at: Date.now(), tenant: office.tenant, caseIds: cases.map((one) => String(one['id'])) });
  }

  /** An agent is away for some seconds, again and again: each time organization tells requests, and the open cases change owners. */
  private async comeAndGo(office: Office): Promise<void> {
    const agent = office.mandates[0]?.agent;
    if (agent === undefined) return;
    let word = 'startAbsence';
    while (!this.isStopped) {
      await this.rest(awayMs);
      const done = await this.setAbsence(office.coordinator, agent, word);
      if (done) word = word === 'startAbsence' ? 'endAbsence' : 'startAbsence';
    }
  }

  private async setAbsence(by: Person, agent: Person, word: string): Promise<boolean> {
    try {
      const { body } = await by.get(`/v1/staff/${agent.subject}`);
      const { status } = await by.change(`/v1/staff/${agent.subject}:${word}`, body['version']);
      // 409: an earlier try was done although its answer never came.
      return status === 200 || status === 409;
    } catch {
      return false;
    }
  }

  private async ask(question: Question, call: () => Promise<Answer>): Promise<{ isAnswered: boolean; seen: Seen }> {
    const { history } = this.load;
    const op = history.nextOperation();
    history.write({ kind: 'invoke', at: Date.now(), op, ...question });
    try {
      const { status, body } = await call();
      const at = Date.now();
      const code = typeof body['code'] === 'string' ? body['code'] : '';
      if (status < 300) history.write({ kind: 'ok', at, op, caseId: String(body['id']), version: Number(body['version']) });
      else if (status < 500) history.write({ kind: 'fail', at, op, status, code });
      else history.write({ kind: 'info', at, op, status, code });
      return { isAnswered: status < 500, seen: status < 300 ? body : undefined };
    } catch (error) {
      history.write({ kind: 'info', at: Date.now(), op, status: 0, code: error instanceof Error ? error.name : '' });
      return { isAnswered: false, seen: undefined };
    }
  }

  private get isStopped(): boolean {
    return this.stopped.signal.aborted;
  }

  private async rest(ms: number): Promise<void> {
    await pause(Math.max(0, ms), undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}
