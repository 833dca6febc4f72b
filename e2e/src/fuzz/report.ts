import type { Fuzzed } from './schemathesis';

type Counts = Fuzzed['counts'];

/** The operations of an OpenAPI document, as schemathesis names them. */
export function operationsOf(document: { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> }): string[] {
  return Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
}

export function mergeCounts(all: readonly Counts[]): Counts {
  const merged: Record<string, Record<string, number>> = {};
  for (const counts of all) {
    for (const [operation, statuses] of Object.entries(counts)) {
      const sum = (merged[operation] ??= {});
      for (const [status, count] of Object.entries(statuses)) sum[status] = (sum[status] ?? 0) + count;
    }
  }
  return merged;
}

/** One line an operation: how many answers, and which shares of them were 2xx, 4xx and 5xx. */
export function describeCounts(counts: Counts): string[] {
  return Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([operation, statuses]) => {
      const total = sum(statuses, '');
      const share = (first: string) => `${Math.round((100 * sum(statuses, first)) / total)}% ${first}xx`.padStart(9);
      return `${operation.padEnd(48)} ${String(total).padStart(6)} ${share('2')} ${share('4')} ${share('5')}   ${Object.entries(statuses).sort().map((pair) => pair.join(': ')).join(', ')}`;
    });
}

function sum(statuses: Readonly<Record<string, number>>, first: string): number {
  return Object.entries(statuses).reduce((total, [status, count]) => total + (status.startsWith(first) ? count : 0), 0);
}

/** What is wrong with a run, beyond what schemathesis found: an operation that nobody reached, or one that failed. */
export function faultsOf(operations: readonly string[], counts: Counts): string[] {
  return operations.flatMap((operation) => {
    const statuses = counts[operation];
    if (statuses === undefined) return [`${operation} was never called`];
    const failed = sum(statuses, '5');
    return failed === 0 ? [] : [`${operation} failed ${failed} times`];
  });
}
