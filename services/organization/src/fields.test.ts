import { readAuthorityNumber } from './fields';

const read = (text: string) => readAuthorityNumber(text, 'received_number');

describe('a number that an authority gives', () => {
  it.each(['乌劳监〔2026〕12号', '东人社监〔2026〕17号', '鄂劳监案字（2026）第003号', 'ZJ-2026-77', 'YJ-3', 'LJ-12', '1', '住建2026-1124-0017', '2026112401'])('is %s', (number) => {
    expect(read(number)).toBe(number);
  });

  it.each([
    ['a sentence', '王大力被拖欠工资三万元电话13800000000'],
    ['a sentence of few words', '王大力拖欠工资3万元'],
    ['a name', '王大力'],
    ['a name with a telephone', '王大力13800000000'],
    ['a telephone in parts', '138-0000-0000'],
    ['an identity number', '150602198001011234'],
    ['an identity number in parts', '150602-19800101-1234'],
    ['words after the number', 'ZJ-77王大力'],
    ['a blank', 'ZJ 77'],
    ['too many characters of a body', '鄂尔多斯市东胜区〔2026〕1号'],
  ])('is not %s', (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ violations: [{ field: 'received_number', code: 'malformed' }] }));
  });

  it('may be missing only where none need be given', () => {
    expect(readAuthorityNumber('', 'received_number', { optional: true })).toBe('');
    expect(() => read(' ')).toThrow(expect.objectContaining({ violations: [{ field: 'received_number', code: 'required' }] }));
    expect(() => read(`A${'1-'.repeat(20)}`)).toThrow(expect.objectContaining({ violations: [{ field: 'received_number', code: 'too_long' }] }));
  });
});
