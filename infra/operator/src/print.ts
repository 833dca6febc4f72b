/** What the operator reads; everything the tool prints goes through here. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Rows under their headings, in columns. */
export function printTable(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const [first] = rows;
  if (first === undefined) {
    print('none');
    return;
  }
  const headings = Object.keys(first);
  const lines = [headings, ...rows.map((row) => headings.map((heading) => String(row[heading])))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) print(line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
