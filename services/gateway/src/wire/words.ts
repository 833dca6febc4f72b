import { internal } from '@linli/errors';
import { z } from 'zod';

/** A proto enum as the API speaks it: `CASE_STATE_NEEDS_MATERIAL` ↔ `needs_material`. */
export interface Words<Wire extends string, Word extends string> {
  readonly schema: z.ZodEnum<{ [K in Word]: K }>;
  toWire(word: Word): Wire;
  /** UNSPECIFIED for a word that was not given: a filter that filters nothing. */
  toWireOrNone(word: Word | undefined): Wire;
  /** Undefined when unspecified, and for a word that a newer service says and this gateway does not know. */
  fromWire(value: Wire): Word | undefined;
}

/** @throws internal ENUM_MISMATCH at start when the proto has no such member. */
export function words<Wire extends string, const Word extends string>(
  prefix: string,
  members: Readonly<Record<string, Wire>>,
  list: readonly Word[],
): Words<Wire, Word> {
  function member(word: string): Wire {
    const wire = members[`${prefix}_${word.toUpperCase()}`];
    if (wire === undefined) throw internal('ENUM_MISMATCH', `${prefix} has no member for ${word}`);
    return wire;
  }
  const byWire = new Map(list.map((word) => [member(word), word]));
  const none = member('unspecified');
  return {
    schema: z.enum(list),
    toWire: member,
    toWireOrNone: (word) => (word === undefined ? none : member(word)),
    fromWire: (value) => byWire.get(value),
  };
}
