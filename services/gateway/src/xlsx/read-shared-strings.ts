import type { Package } from './open-package';
import { createTextReader } from './text-reader';
import { tooLarge } from './refusals';

const mostStrings = 1_000_000;

/** The texts that cells name by number; rich text as its plain text. Undefined for one that is longer than any field. */
export async function readSharedStrings(parts: Package, part: string): Promise<(string | undefined)[]> {
  const strings: (string | undefined)[] = [];
  const reader = createTextReader();
  await parts.parse(part, {
    open(name) {
      if (name === 'si') reader.begin();
      reader.open(name);
    },
    text: reader.text,
    close(name) {
      reader.close(name);
      if (name !== 'si') return;
      if (strings.length === mostStrings) throw tooLarge();
      strings.push(reader.take());
    },
  });
  return strings;
}
