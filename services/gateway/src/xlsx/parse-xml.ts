import { invalidArgument, isAppError } from '@linli/errors';
import { SaxesParser } from 'saxes';
import { damaged, tooLarge } from './refusals';

export type Attributes = Readonly<Record<string, string>>;

/** Hears a document element by element; names come without their prefix. What it throws ends the reading. */
export interface XmlListener {
  open(name: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(name: string): void;
}

const deepest = 32;
// The parser gathers a text or a tag until its end. None of a workbook's comes near this many bytes.
const longestPiece = 256 * 1024;

/**
 * Reads one part of a workbook as it is unpacked. A document type is refused before anything of it could be expanded.
 * @throws invalid_argument WORKBOOK_XML_FORBIDDEN, WORKBOOK_DAMAGED, WORKBOOK_TOO_LARGE, and what the listener throws.
 */
export async function parseXml(chunks: AsyncIterable<Uint8Array>, listener: XmlListener): Promise<void> {
  const parser = new SaxesParser({ position: false, xmlns: false });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [depth, gathered] = [0, 0];
  parser.on('doctype', () => {
    throw invalidArgument('WORKBOOK_XML_FORBIDDEN', 'a part of the workbook declares a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    gathered = 0;
    depth += 1;
    if (depth > deepest) throw damaged();
    listener.open(localName(name), attributes);
  });
  parser.on('text', (text) => listener.text?.(text));
  parser.on('cdata', (text) => listener.text?.(text));
  parser.on('closetag', ({ name }) => {
    gathered = 0;
    depth -= 1;
    listener.close?.(localName(name));
  });
  try {
    for await (const chunk of chunks) {
      gathered += chunk.length;
      if (gathered > longestPiece) throw tooLarge();
      parser.write(decoder.decode(chunk, { stream: true }));
    }
    parser.write(decoder.decode());
    parser.close();
  } catch (error) {
    throw isAppError(error) ? error : damaged();
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
