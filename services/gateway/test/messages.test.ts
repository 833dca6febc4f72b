import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorKinds, type ErrorKind } from '@linli/errors';
import { en } from '../src/messages/en';
import type { Messages, Sentence } from '../src/messages/messages';
import { renderReason } from '../src/messages/render';
import { zh } from '../src/messages/zh';

const root = path.join(__dirname, '../../..');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.test\.ts$|^config\.ts$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/\/(node_modules|dist|gen|test)\/|\/packages\/testing\//.test(file));
}

// What these throw stays inside: it is for operators, at start or in logs.
const silent = new Set(['audit', 'config', 'contracts', 'messaging', 'runtime', 'telemetry', 'testing']);
const folders = ['packages', 'services'].flatMap((home) =>
  readdirSync(path.join(root, home))
    .filter((name) => !silent.has(name))
    .map((name) => path.join(root, home, name, 'src')),
);

// Words in capitals that are no reason: prefixes of proto enums, and defects, which leave as INTERNAL.
const notReasons = /(?:wireEnum|words)(?:<[^>]*>)?\(\s*'([A-Z_]+)'|\binternal\(\s*'([A-Z_]+)'|\benv\['([A-Z_]+)'\]|'((?:ERR|HPE)_[A-Z_]+)'/g;

/** Every word that may be a reason, with a file that names it. */
function reasons(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of folders.flatMap(sources)) {
    const text = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    const others = new Set([...text.matchAll(notReasons)].flatMap((match) => match.slice(1)));
    for (const [, word = ''] of text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)) {
      if (!others.has(word)) found.set(word, path.relative(root, file));
    }
  }
  return found;
}

describe('the sentences', () => {
  it('cover every reason that is thrown anywhere, in both languages', () => {
    const silent = [...reasons()].filter(([reason]) => !Object.hasOwn(zh.reasons, reason) || !Object.hasOwn(en.reasons, reason));
    expect(silent).toEqual([]);
  });

  it('name no reason that nobody throws', () => {
    const thrown = reasons();
    expect(Object.keys(zh.reasons).filter((reason) => !thrown.has(reason) && reason !== 'INTERNAL')).toEqual([]);
  });

  it('have a word for every way in which a service finds a field wrong', () => {
    const codes = folders.flatMap(sources).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bviolation\([^\n]*'([a-z_]+)'\)/g)].map(([, code = '']) => code));
    expect(codes).toContain('malformed');
    expect(codes.filter((code) => !Object.hasOwn(zh.problems, code))).toEqual([]);
  });

  it('have one for every way in which a cell of a workbook is wrong', () => {
    const readme = readFileSync(path.join(root, 'services/organization/README.md'), 'utf8');
    const ofService = [...(/## Problems of an import\n([^#]*)/.exec(readme)?.[1] ?? '').matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code);
    const ofEdge = ['formula', 'date', 'not_whole', 'wrong_type', 'not_a_choice', 'too_short', 'unknown_column', 'missing_column', 'no_column', 'unknown_sheet', 'duplicate_sheet'];
    const codes = [...ofService, ...ofEdge];
    expect(codes.length).toBeGreaterThan(28);
    expect(codes.filter((code) => !Object.hasOwn(zh.cells, code) || !Object.hasOwn(en.cells, code))).toEqual([]);
    expect(Object.keys(zh.cells).filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('are the same set in both languages, with the same details', () => {
    expect(Object.keys(zh.reasons)).toEqual(Object.keys(en.reasons));
    expect(Object.keys(zh.problems).sort()).toEqual(Object.keys(en.problems).sort());
    expect(Object.keys(zh.cells)).toEqual(Object.keys(en.cells));
    for (const reason of Object.keys(zh.reasons)) expect([reason, names(zh, reason)]).toEqual([reason, names(en, reason)]);
  });

  it('have titles that never change, and end like sentences', () => {
    for (const book of [zh, en]) {
      for (const sentence of [...Object.values(book.reasons), ...Object.values(book.kinds)]) {
        const [title, detail] = pair(sentence);
        expect(title).not.toMatch(/[{}]/);
        expect(detail).toMatch(/[。.]$/);
      }
    }
    for (const [, detail] of Object.values(zh.reasons).map(pair)) expect(detail).toMatch(/[一-鿿]/);
  });
});

describe('rendering', () => {
  it('puts words, fields and times where the details are codes', () => {
    expect(renderReason('CASE_STATE_FORBIDS', { state: 'needs_material', action: 'call_back' }, 'zh-CN').detail).toBe('办件目前“待补正”，不能“回访”。');
    expect(renderReason('FIELD_INVALID', { field: 'materialCodes[2]', problem: 'malformed', count: '1' }, 'zh-CN').detail).toBe('“材料清单”格式不对。共有 1 处需要更正。');
    expect(renderReason('FIELD_INVALID', { field: 'subject', problem: 'never_heard_of', count: '1' }, 'en').detail).toBe('"subject" is malformed. Places to correct: 1.');
    expect(renderReason('MANDATE_EXPIRED', { expiredAt: '2026-11-24T16:30:00.000Z' }, 'zh-CN').detail).toBe('委托已于 2026年11月25日 00:30 过期。');
  });

  it('says the title alone when a detail is missing', () => {
    expect(renderReason('MANDATE_EXPIRED', {}, 'zh-CN')).toEqual({ title: '委托已过期', detail: '委托已过期' });
  });

  it('has a sentence for every kind of an unknown reason, also for one from a stranger', () => {
    const titles = Object.keys(errorKinds).map((kind) => renderReason('NEVER_HEARD_OF', { kind }, 'zh-CN').title);
    expect(titles).toEqual(Object.keys(errorKinds).map((kind) => pair(zh.kinds[kind as ErrorKind])[0]));
    for (const reason of ['constructor', '__proto__', 'toString']) expect(renderReason(reason, { kind: reason }, 'en').title).toBe('System error');
  });
});

function pair(sentence: Sentence): readonly [title: string, detail: string] {
  return typeof sentence === 'string' ? [sentence, sentence] : sentence;
}

function names(book: Messages, reason: string): string[] {
  return [...pair(book.reasons[reason] ?? '')[1].matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
}
