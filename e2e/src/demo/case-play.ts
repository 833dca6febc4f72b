import type { Answer, Json, Person } from './person';
import type { Narrator } from './narrator';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** One case on stage: the version that was seen last goes with each next step. */
export class CasePlay {
  private constructor(
    private readonly narrator: Narrator,
    private seen: Json,
  ) {}

  static async open(narrator: Narrator, by: Person, body: Json): Promise<CasePlay> {
    const answer = await by.create('/v1/cases', body);
    if (answer.status !== 201) throw new Error(`the case was not taken in: ${JSON.stringify(answer.body)}`);
    return new CasePlay(narrator, answer.body);
  }

  get id(): string {
    return String(this.seen['id']);
  }

  get version(): number {
    return Number(this.seen['version']);
  }

  /** A field of the case as last seen. */
  field(name: string): unknown {
    return this.seen[name];
  }

  /** A step that must succeed and lead to `state`. */
  async step(by: Person, word: string, options: { readonly body?: Json; readonly state: string; readonly say: string }): Promise<void> {
    const answer = await by.change(`/v1/cases/${this.id}:${word}`, this.version, options.body);
    if (answer.status !== 200) throw new Error(`${word}: ${JSON.stringify(answer.body)}`);
    this.seen = answer.body;
    this.narrator.tell(by.name, options.say);
    if (this.seen['state'] !== options.state) this.narrator.check(false, `${word} 之后状态应为 ${options.state}，实为 ${String(this.seen['state'])}`);
  }

  /** A step that must be refused with this code. */
  async refused(by: Person, word: string, options: { readonly body?: Json; readonly status: number; readonly code: string; readonly say: string }): Promise<void> {
    const answer = await by.change(`/v1/cases/${this.id}:${word}`, this.version, options.body);
    const { status, body } = answer;
    this.narrator.check(status === options.status && body['code'] === options.code, `${options.say}——${textOf(body['detail'])}（${status} ${String(body['code'])}）`);
  }

  /** Reads the case again, as `by` may see it. */
  async read(by: Person): Promise<Answer> {
    const answer = await by.get(`/v1/cases/${this.id}`);
    if (answer.status === 200) this.seen = answer.body;
    return answer;
  }
}
