import { internal } from '@linli/errors';
import { violation } from './parse';

export interface WireEnum<Wire extends string, Domain extends string> {
  toWire(value: Domain): Wire;
  /** @throws invalid_argument when unspecified or unknown. */
  fromWire(value: Wire, field: string): Domain;
  /** Undefined when unspecified; for filters. */
  fromWireOrNone(value: Wire, field: string): Domain | undefined;
}

/** Maps a proto enum to the domain's words by its prefix: `CASE_STATE_NEEDS_MATERIAL` ↔ `needs_material`. */
export function wireEnum<Wire extends string, Domain extends string>(
  prefix: string,
  members: Readonly<Record<string, Wire>>,
  domain: readonly Domain[],
): WireEnum<Wire, Domain> {
  const byDomain = new Map<Domain, Wire>();
  const byWire = new Map<Wire, Domain>();
  for (const word of domain) {
    const wire = members[`${prefix}_${word.toUpperCase()}`];
    if (wire === undefined) throw internal('ENUM_MISMATCH', `${prefix} has no member for ${word}`);
    byDomain.set(word, wire);
    byWire.set(wire, word);
  }
  function toWire(value: Domain): Wire {
    const wire = byDomain.get(value);
    if (wire === undefined) throw internal('ENUM_MISMATCH', `${prefix} has no member for a stored value`);
    return wire;
  }
  function fromWireOrNone(value: Wire, field: string): Domain | undefined {
    if (value === members[`${prefix}_UNSPECIFIED`]) return undefined;
    const word = byWire.get(value);
    if (word === undefined) throw violation(field, 'unknown');
    return word;
  }
  function fromWire(value: Wire, field: string): Domain {
    const word = fromWireOrNone(value, field);
    if (word === undefined) throw violation(field, 'required');
    return word;
  }
  return { toWire, fromWire, fromWireOrNone };
}
