/** Tells the story in Chinese with the time, and remembers what did not hold. */
export class Narrator {
  readonly faults: string[] = [];
  /** The time of day; a story of a year tells the day. */
  time = (): string => clock(new Date());

  constructor(private readonly write: (text: string) => void = (text) => void process.stdout.write(text)) {}

  chapter(title: string): void {
    this.write(`\n== ${title} ==\n`);
  }

  tell(who: string, what: string): void {
    this.write(`${this.time()}  ${who}：${what}\n`);
  }

  /** One thing that must hold. */
  check(holds: boolean, what: string): void {
    this.write(`${this.time()}  ${holds ? '✓' : '✗'} ${what}\n`);
    if (!holds) this.faults.push(what);
  }
}

/** 08:30:15.123 in Shanghai. */
export function clock(at: Date): string {
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const;
  return at.toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false, ...time });
}

/** 2026年11月24日 18:00 in Shanghai. */
export function day(iso: unknown): string {
  if (typeof iso !== 'string') return '（无）';
  const options = { timeZone: 'Asia/Shanghai', year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false } as const;
  return new Date(iso).toLocaleString('zh-CN', options);
}
