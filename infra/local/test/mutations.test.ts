import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { applyMutation, mutations } from '../mutations.ts';

const root = path.join(__dirname, '../../..');

describe('the mutations', () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))('break the code as it is today: %s', (_name, mutation) => {
    const source = readFileSync(path.join(root, mutation.file), 'utf8');
    expect(applyMutation(source, mutation)).not.toBe(source);
  });

  it('refuse to break what is not there once', () => {
    const [any] = mutations;
    if (any === undefined) throw new Error('there are mutations');
    expect(() => applyMutation('nothing of the kind', any)).toThrow('0 times');
  });

  it('have names of their own', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    expect(existsSync(path.join(root, mutations[0]?.file ?? ''))).toBe(true);
  });
});
