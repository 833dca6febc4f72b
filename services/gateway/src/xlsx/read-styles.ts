import type { Package } from './open-package';
import { tooLarge } from './refusals';

/** How a number of this style is shown. */
export interface Style {
  readonly isDate: boolean;
  /** The fewest digits: `0000` shows 7 as 0007. */
  readonly digits: number;
}

const mostStyles = 65_536;
// Excel's own limit.
const longestFormat = 255;
const usual: Style = { isDate: false, digits: 1 };
const date: Style = { isDate: true, digits: 1 };
// Formats of dates and times that every workbook has without naming them, in Chinese too (ECMA-376 part 1 §18.8.30).
const builtInDates = [[14, 22], [27, 36], [45, 47], [50, 58]] as const;

/** The styles of cells, by their number: of a date only its style says that it is no number. */
export async function readStyles(parts: Package, part: string): Promise<Style[]> {
  const formats = new Map<string, Style>();
  const styles: Style[] = [];
  let inCells = false;
  await parts.parse(part, {
    open(name, { numFmtId = '0', formatCode = '' }) {
      if (name === 'numFmt') formats.set(numFmtId, styleOf(formatCode));
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) styles.push(formats.get(numFmtId) ?? builtIn(Number(numFmtId)));
      if (styles.length > mostStyles || formats.size > mostStyles) throw tooLarge();
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

function builtIn(id: number): Style {
  return builtInDates.some(([from, to]) => id >= from && id <= to) ? date : usual;
}

/** What is quoted, escaped or in brackets is shown as it is, but for `[h]`, hours that go on counting. */
function styleOf(written: string): Style {
  const code = written.slice(0, longestFormat);
  if (/^0+$/.test(code)) return { isDate: false, digits: code.length };
  const bare = code.replace(/"[^"]*"|\\.|\[(?!(h+|m+|s+)\])[^\]]*\]/gi, '');
  return /[ymdhs]/i.test(bare) ? date : usual;
}
