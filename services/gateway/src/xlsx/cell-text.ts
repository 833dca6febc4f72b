// What a spreadsheet, or one that reads a CSV saved from it, would take for the beginning of a formula.
const begins = '[=+\\-@＝＋－＠\\t\\r\\n]';
const likeFormula = new RegExp(`^'*${begins}`);
const defused = new RegExp(`^'+${begins}`);

/** Text for a cell: nothing in it is ever run, also when the sheet is saved as CSV and opened again. */
export function toCellText(text: string): string {
  const harmless = likeFormula.test(text) ? `'${text}` : text;
  // XML ends lines with \n alone, and `_x000D_` is how Excel writes \r; so what looks like that must not be it.
  return harmless.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_').replaceAll('\r', '_x000D_');
}

/** The text that `toCellText` was given, or what a person typed; without spaces around it. */
export function fromCellText(written: string): string {
  const text = written.replace(/_x([0-9A-Fa-f]{4})_/g, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16))).trim();
  return defused.test(text) ? text.slice(1) : text;
}
