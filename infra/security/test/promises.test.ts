import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, titles } from './matrix';

/** The rows of README's table of promises, as cells. */
const rows = readFileSync(path.join(root, 'README.md'), 'utf8')
  .split('\n## ')
  .filter((chapter) => chapter.startsWith('What we promise'))
  .flatMap((chapter) => chapter.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| promise ')))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('what the README promises', () => {
  it('is a table', () => {
    expect(rows.length).toBeGreaterThanOrEqual(9);
  });

  it.each(rows.map(([, promise = '', shown = '', verdict = '']) => [promise, shown, verdict] as const))('%s', (_promise, shown, verdict) => {
    const [, file = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(shown) ?? [];
    expect(existsSync(path.join(root, file))).toBe(true);
    expect(titles(readFileSync(path.join(root, file), 'utf8'))).toContain(name);
    const judge = readFileSync(path.join(root, 'e2e/src/chaos/check.ts'), 'utf8') + readFileSync(path.join(root, 'e2e/src/chaos/report.ts'), 'utf8');
    for (const one of verdict.split(', ')) expect(judge).toContain(`'${one}'`);
  });
});
