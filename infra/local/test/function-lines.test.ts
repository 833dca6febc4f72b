import { Linter } from 'eslint';
import { functionLines } from '../lint/function-lines.ts';

function findings(code: string): number[] {
  const config = { plugins: { linli: { rules: { 'function-lines': functionLines } } }, rules: { 'linli/function-lines': ['error', { max: 5 }] } } as const;
  return new Linter().verify(code, config as unknown as Linter.Config).map(({ line }) => line);
}

const body = (lines: number): string => 'work();\n'.repeat(lines);

describe('the length of a function', () => {
  it('is its lines from the first to the last', () => {
    expect(findings(`function short() {\n${body(3)}}`)).toEqual([]);
    expect(findings(`function long() {\n${body(4)}}`)).toEqual([1]);
  });

  it('leaves out what is inside the functions it holds', () => {
    const handlers = ['one', 'two'].map((name) => `${name}() {\n${body(3)}},\n`).join('');
    expect(findings(`const list = () => ({\n${handlers}})`)).toEqual([1]);
    expect(findings(`const list = () => ({\none() {\n${body(3)}} })`)).toEqual([]);
    expect(findings(`const list = () => ({\none() {\n${body(9)}} })`)).toEqual([2]);
  });
});
