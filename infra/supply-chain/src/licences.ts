import satisfies from 'spdx-satisfies';
import type { Part } from './part';

/** infra/supply-chain/licences.json */
export interface LicencePolicy {
  /** SPDX identifiers. */
  readonly allowed: readonly string[];
  /** Parts whose own word is missing, wrong or no SPDX expression: what holds instead, and how we know. */
  readonly corrections: readonly Correction[];
}

interface Correction {
  /** A package URL without its version; a `*` at its end stands for any rest. */
  readonly part: string;
  readonly says?: string;
  readonly licence: string;
  readonly reason: string;
  /** It is not on every machine. */
  readonly optional?: boolean;
}

/** What of these parts must not run, each with its reason; also a correction that nothing needs any more. */
export function licenceProblems(parts: readonly Part[], policy: LicencePolicy): string[] {
  const used = new Set<unknown>();
  const problems = parts.map((part) => {
    const correction = correctionOf(part, policy);
    if (correction) used.add(correction);
    if (correction && correction.says !== part.licence) return `${part.purl} says ${part.licence ?? 'nothing'} of its licence now, and no longer ${correction.says ?? 'nothing'}: read it again`;
    return refusal(part.purl, correction?.licence ?? part.licence, policy.allowed);
  });
  const unused = policy.corrections.filter((one) => !used.has(one) && one.optional !== true).map(({ part }) => `${part} is corrected and is not there`);
  return [...problems.filter((problem) => problem !== undefined), ...unused];
}

/** The licence that holds for a part. */
export function licenceOf(part: Part, policy: LicencePolicy): string | undefined {
  return correctionOf(part, policy)?.licence ?? part.licence;
}

function correctionOf({ purl }: Part, { corrections }: LicencePolicy): Correction | undefined {
  const found = withoutVersion(purl);
  return corrections.find(({ part }) => (part.endsWith('*') ? found.startsWith(part.slice(0, -1)) : found === part));
}

function refusal(purl: string, licence: string | undefined, allowed: readonly string[]): string | undefined {
  if (licence === undefined) return `${purl} declares no licence`;
  try {
    return satisfies(licence, [...allowed]) ? undefined : `${purl} is under ${licence}`;
  } catch {
    return `${purl} declares ${licence}, which is no SPDX expression`;
  }
}

function withoutVersion(purl: string): string {
  return purl.replace(/@[^@]*$/, '');
}
