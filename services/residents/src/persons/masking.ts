import type { Secret } from '@linli/config';

const separator = /^[\p{Zs}·.'’-]$/u;
const longestShown = 6;

/**
 * 王*明, 王*, 欧**明, 巴**·**和: the first and the last character as people see them, so that a Mongolian letter keeps its
 * marks. A long name shows no length: 阿****格.
 */
export function maskName(name: Secret): string {
  const characters = [...new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(name.reveal())].map(({ segment }) => segment);
  const [first = '', ...rest] = characters;
  const last = rest.at(-1);
  if (last === undefined) return '*';
  if (rest.length === 1) return `${first}*`;
  if (characters.length > longestShown) return `${first}****${last}`;
  return `${first}${rest.slice(0, -1).map((character) => (separator.test(character) ? character : '*')).join('')}${last}`;
}

/** 138****5678, 0477****456: of a landline the area code and the last three. */
export function maskPhone(national: Secret): string {
  const text = national.reveal();
  const [area, number] = text.split('-');
  return number === undefined ? `${text.slice(0, 3)}****${text.slice(-4)}` : `${area}****${number.slice(-3)}`;
}

/** 150***********123X: the first three and the last four of eighteen. */
export function maskIdentityNumber(number: Secret): string {
  const text = number.reveal();
  return `${text.slice(0, 3)}${'*'.repeat(11)}${text.slice(-4)}`;
}
