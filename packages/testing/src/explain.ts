import type { Tx } from '@linli/db';

/** A node of a plan that was run, as `explain (analyze, format json)` tells it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Runs the query once, then explains exactly what it sent: its result, and the nodes of all its plans. */
export async function explainSent<T>(tx: Tx, query: (tx: Tx) => Promise<T>): Promise<{ readonly rows: T; readonly nodes: readonly PlanNode[] }> {
  const sent: { sql: string; bindings: unknown[] }[] = [];
  const note = ({ sql, bindings }: { sql: string; bindings: unknown[] }): number => sent.push({ sql, bindings });
  tx.on('query', note);
  const rows = await query(tx);
  tx.off('query', note);
  const nodes: PlanNode[] = [];
  for (const { sql, bindings } of sent) {
    const explained = await tx.raw<{ rows: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] }>(`explain (analyze, format json) ${sql.replaceAll(/\$\d+/g, '?')}`, bindings as string[]);
    for (const { 'QUERY PLAN': [{ Plan: top }] } of explained.rows) nodes.push(...flatten(top));
  }
  return { rows, nodes };
}

/** Rows that a node looked at, those it threw away too. */
export function rowsRead(node: PlanNode): number {
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}

function flatten(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
}
