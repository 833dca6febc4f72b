import type { Rule } from 'eslint';

/**
 * A function's own lines, without those of the functions inside it: a list of handlers or of tests is as long as the list,
 * and each handler is measured by itself.
 */
export const functionLines: Rule.RuleModule = {
  meta: { type: 'suggestion', docs: { description: 'limit the own lines of a function' }, schema: [{ type: 'object', properties: { max: { type: 'integer' } } }] },
  create(context) {
    const { max } = context.options[0] as { max: number };
    const inside: number[] = [];
    const enter = (): void => {
      inside.push(0);
    };
    const leave = (node: Rule.Node): void => {
      const lines = node.loc ? node.loc.end.line - node.loc.start.line + 1 : 0;
      const own = lines - (inside.pop() ?? 0);
      const parent = inside.length - 1;
      // The line that opens a nested function and the one that closes it belong to its parent too.
      if (parent >= 0) inside[parent] = (inside[parent] ?? 0) + Math.max(lines - 2, 0);
      if (own > max && !isSuite(node)) context.report({ node, message: `This function has ${own} lines of its own; the limit is ${max}.` });
    };
    const kinds = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
    return Object.fromEntries(kinds.flatMap((kind) => [[kind, enter] as const, [`${kind}:exit`, leave] as const]));
  },
};

/** The body of `describe`, or of a nested one: a list of cases, some of them tables. */
function isSuite(node: Rule.Node): boolean {
  const { type, callee } = node.parent as { type: string; callee?: { name?: string } };
  return type === 'CallExpression' && callee?.name === 'describe';
}
