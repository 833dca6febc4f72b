import { Secret } from '@linli/config';
import { holdsUnseen, violation } from '@linli/grpc';

const longest = 50;
// Letters and marks of any script, with what stands between the parts of a name; 〇 is a number to Unicode. The joiners are Mongolian's.
const form = /^[\p{L}\u3007][\p{L}\p{M}\u3007\p{Zs}\u180e\u200c\u200d·.'’-]*$/u;

/** @throws AppError invalid_argument FIELD_INVALID name: required, too_long, malformed. */
export function normaliseName(raw: Secret): Secret {
  // The dot between the parts of a name is typed in five ways.
  const text = raw.reveal().normalize('NFC').trim().replace(/[•‧・∙･]/g, '·').replace(/\p{Zs}{2,}/gu, ' ');
  if (text === '') throw violation('name', 'required');
  if ([...text].length > longest) throw violation('name', 'too_long');
  if (!form.test(text) || holdsUnseen(text)) throw violation('name', 'malformed');
  return new Secret(text);
}
