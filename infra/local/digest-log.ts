/** A line of a log as a person reads it: JSON lines lose their braces, anything else stays. */
export function digestLine(line: string): string {
  try {
    const { time, level, msg, err } = JSON.parse(line) as { time?: string | number; level?: string | number; msg?: string; err?: { message?: string; reason?: string } };
    const cause = err ? [err.reason, err.message].filter(Boolean).join(': ') : '';
    return ['  |', time, level, msg, cause].filter((part) => part !== undefined && part !== '').join(' ');
  } catch {
    return `  | ${line}`;
  }
}
