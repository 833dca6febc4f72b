/** Excel's last column, XFD. */
const lastColumn = 16_384;

/** 1 → `A`, 28 → `AB`. */
export function columnName(column: number): string {
  let name = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

/** `AB7` → column 28, row 7; undefined for what is no address of Excel's. */
export function readAddress(text: string): { readonly column: number; readonly row: number } | undefined {
  const [, letters = '', digits = ''] = /^([A-Z]{1,3})([1-9][0-9]{0,6})$/.exec(text) ?? [];
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return column < 1 || column > lastColumn ? undefined : { column, row: Number(digits) };
}
