import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { invalidArgument } from '@linli/errors';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { parseXml, type XmlListener } from './parse-xml';
import { damaged, notXlsx, tooLarge } from './refusals';

/** The parts of a workbook, none of them unpacked yet. */
export interface Package {
  has(part: string): boolean;
  /** @throws invalid_argument WORKBOOK_DAMAGED for a part that is not there or not what it says, and what `parseXml` throws. */
  parse(part: string, listener: XmlListener): Promise<void>;
}

const most = { parts: 1_000, unpackedBytes: 128 * 1024 * 1024, ratio: 250 };
// Below it a ratio says nothing: an empty style sheet packs well.
const ratioFromBytes = 1024 * 1024;

/**
 * Looks at the directory of the zip, and at nothing else, before anything is unpacked: how many parts, how large they say
 * they are, and whether macros or a password are among them. Later no part gives more bytes than it said here.
 * @throws invalid_argument WORKBOOK_NOT_XLSX, WORKBOOK_OLD_FORMAT, WORKBOOK_ENCRYPTED, WORKBOOK_HAS_MACROS, WORKBOOK_TOO_LARGE, WORKBOOK_DAMAGED.
 */
export async function openPackage(bytes: Buffer): Promise<Package> {
  assertZip(bytes);
  // With these sizes validated, a part that gives more or fewer bytes than it says here fails.
  const zip = await orDamaged(fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }));
  if (zip.entryCount > most.parts) throw tooLarge();
  const entries = await orDamaged(entriesOf(zip));
  const parts = new Map(entries.map((entry) => [entry.fileName, entry]));
  // Two parts of one name: readers differ in which they take.
  if (parts.size < entries.length) throw damaged();
  assertHarmless(entries);
  return {
    has: (part) => parts.has(part),
    async parse(part, listener) {
      const entry = parts.get(part);
      if (entry === undefined) throw damaged();
      await parseXml(unpacked(await orDamaged(zip.openReadStreamPromise(entry)), entry), listener);
    },
  };
}

function assertZip(bytes: Buffer): void {
  const begins = (hex: string): boolean => bytes.subarray(0, hex.length / 2).toString('hex') === hex;
  if (begins('504b0304')) return;
  if (!begins('d0cf11e0a1b11ae1')) throw notXlsx();
  // Both an .xls and a workbook with a password are compound files; the latter holds the real one as a stream of this name.
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw encrypted();
  throw invalidArgument('WORKBOOK_OLD_FORMAT', 'the workbook is an .xls');
}

function assertHarmless(entries: readonly Entry[]): void {
  if (entries.some((entry) => entry.isEncrypted())) throw encrypted();
  if (entries.some(({ fileName }) => /(^|\/)vbaProject\.bin$/i.test(fileName))) throw invalidArgument('WORKBOOK_HAS_MACROS', 'the workbook holds macros');
  const unpacked = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const bombs = entries.filter(({ uncompressedSize, compressedSize }) => uncompressedSize > ratioFromBytes && uncompressedSize > most.ratio * compressedSize);
  if (unpacked > most.unpackedBytes || bombs.length > 0) throw tooLarge();
}

function encrypted(): Error {
  return invalidArgument('WORKBOOK_ENCRYPTED', 'the workbook is protected by a password');
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

function orDamaged<T>(read: Promise<T>): Promise<T> {
  return read.catch(() => {
    throw damaged();
  });
}

/** What the part holds; a bit that turned over on the way is not taken for another name. */
async function* unpacked(stream: Readable, { crc32: expected }: Entry): AsyncGenerator<Uint8Array> {
  let sum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch {
    throw damaged();
  }
  if (sum !== expected) throw damaged();
}
