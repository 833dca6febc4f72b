import { readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Person {
  /** Stable, the `sub` of tokens. */
  readonly subject: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly kind: 'staff' | 'resident' | 'client';
  /** In Chinese: a post, 居民 or 对接系统. */
  readonly title: string;
  readonly name: string;
  readonly place: string;
}

const post = z.object({ unitCode: z.string(), titleZh: z.string() });
const fixture = z.object({
  tenant: z.object({ id: z.string(), nameZh: z.string() }),
  units: z.array(z.object({ code: z.string(), nameZh: z.string(), parentCode: z.string() })),
  staff: z.array(z.object({ name: z.string(), identitySubject: z.string(), posts: z.array(post) })),
  residents: z.array(z.object({ name: z.string(), identitySubject: z.string(), unitCode: z.string() })),
  clients: z.array(z.object({ nameZh: z.string(), identitySubject: z.string() })),
});

/** Everybody in the fixture files who has an identity, in the files' order. */
export function readPeople(files: readonly string[]): Person[] {
  return files.flatMap((file) => peopleOf(fixture.parse(JSON.parse(readFileSync(file, 'utf8')))));
}

function peopleOf({ tenant, units, staff, residents, clients }: z.infer<typeof fixture>): Person[] {
  const byCode = new Map(units.map((unit) => [unit.code, unit]));
  const placeOf = (code: string): string => {
    const unit = byCode.get(code);
    return unit === undefined ? tenant.nameZh : [placeOf(unit.parentCode), unit.nameZh].join(' ').replace(`${tenant.nameZh} `, '');
  };
  const common = { tenantId: tenant.id, tenantName: tenant.nameZh };
  const everybody: Person[] = [
    ...staff.map(({ name, identitySubject, posts }) => ({
      ...common,
      kind: 'staff' as const,
      subject: identitySubject,
      name,
      title: posts[0]?.titleZh ?? '工作人员',
      place: placeOf(posts[0]?.unitCode ?? ''),
    })),
    ...residents.map(({ name, identitySubject, unitCode }) => ({
      ...common,
      kind: 'resident' as const,
      subject: identitySubject,
      name,
      title: '居民',
      place: placeOf(unitCode),
    })),
    ...clients.map(({ nameZh, identitySubject }) => ({
      ...common,
      kind: 'client' as const,
      subject: identitySubject,
      name: nameZh,
      title: '对接系统',
      place: tenant.nameZh,
    })),
  ];
  return everybody.filter((person) => person.subject !== '');
}
