import path from 'node:path/posix';
import { invalidArgument } from '@linli/errors';
import { openPackage, type Package } from './open-package';
import type { Attributes } from './parse-xml';
import { readRows, type Row } from './read-rows';
import { readSharedStrings } from './read-shared-strings';
import { readStyles } from './read-styles';
import { damaged, notXlsx } from './refusals';

export interface SheetHead {
  readonly name: string;
  /** Whether people who open the workbook see it. */
  readonly hidden: boolean;
}

interface Relations {
  readonly targets: ReadonlyMap<string, string>;
  readonly sharedStrings: string | undefined;
  readonly styles: string | undefined;
}

const mostSheets = 50;

/**
 * Reads the sheets of an .xlsx in their order. `choose` says who takes the rows of a sheet that hold something, as they are
 * unpacked; a sheet that nobody takes is not unpacked.
 * @throws invalid_argument WORKBOOK_* for a file that is no workbook, or one that must not be read, and what `choose` and its takers throw.
 */
export async function readWorkbook(bytes: Buffer, choose: (sheet: SheetHead) => ((row: Row) => void) | undefined): Promise<void> {
  const parts = await openPackage(bytes);
  if (!parts.has('xl/workbook.xml')) throw notXlsx();
  const relations = await readRelations(parts);
  const sheets = await readSheets(parts);
  const strings = relations.sharedStrings === undefined ? [] : await readSharedStrings(parts, relations.sharedStrings);
  const styles = relations.styles === undefined ? [] : await readStyles(parts, relations.styles);
  for (const { id, ...head } of sheets) {
    const take = choose(head);
    if (take === undefined) continue;
    const part = relations.targets.get(id);
    if (part === undefined) throw damaged();
    await readRows(parts, part, { strings, styles, take });
  }
}

async function readSheets(parts: Package): Promise<(SheetHead & { readonly id: string })[]> {
  const sheets: (SheetHead & { readonly id: string })[] = [];
  await parts.parse('xl/workbook.xml', {
    open(name, attributes) {
      if (name !== 'sheet') return;
      if (sheets.length === mostSheets) throw invalidArgument('WORKBOOK_SHEETS_TOO_MANY', 'the workbook has too many sheets', { details: { limit: String(mostSheets) } });
      const { name: title = '', state = 'visible' } = attributes;
      sheets.push({ name: title, hidden: state !== 'visible', id: relationOf(attributes) });
    },
  });
  return sheets;
}

/** `r:id`, under whatever prefix the writer gave that namespace. */
function relationOf(attributes: Attributes): string {
  const key = Object.keys(attributes).find((name) => name.endsWith(':id')) ?? 'id';
  return attributes[key] ?? '';
}

async function readRelations(parts: Package): Promise<Relations> {
  const targets = new Map<string, string>();
  const byKind = new Map<string, string>();
  await parts.parse('xl/_rels/workbook.xml.rels', {
    open(name, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) {
      if (name !== 'Relationship' || mode === 'External') return;
      const part = target.startsWith('/') ? target.slice(1) : path.join('xl', target);
      const kind = type.slice(type.lastIndexOf('/') + 1);
      if (kind === 'worksheet') targets.set(id, part);
      else byKind.set(kind, part);
    },
  });
  return { targets, sharedStrings: byKind.get('sharedStrings'), styles: byKind.get('styles') };
}
