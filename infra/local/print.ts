/** The one way this folder speaks. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Does `work` and says how long it took. */
export async function phase<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`${name.padEnd(34)} ${seconds(performance.now() - began)}`);
  return result;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
}

/** Something the person at the keyboard can mend: printed as one line, exit code not zero. */
export class Refusal extends Error {}
