import type { OwnPlatform } from '../own-platform';
import { Caller, openLine, type Line } from './people';

/** The people of one community who carry a case from the window to its decision. */
export interface Cast {
  readonly residentId: string;
  readonly clerk: Caller;
  readonly handler: Caller;
}

// 即办件: decided in the visit in which it is accepted.
export const itemCode = 'elder-card';

const casts = [
  { resident: 'xs-resident-01', clerk: 'xs-staff-14', handler: 'xs-staff-08' },
  { resident: 'xs-resident-03', clerk: 'xs-staff-21', handler: 'xs-staff-13' },
] as const;

export interface Crew {
  readonly line: Line;
  readonly casts: readonly Cast[];
}

/** Signs everybody in, over connections of their own. */
export async function openCrew({ gateway, issuer }: OwnPlatform, connections: number): Promise<Crew> {
  const line = openLine(gateway, connections);
  const opened = await Promise.all(
    casts.map(async ({ resident, clerk, handler }): Promise<Cast> => {
      const { body } = await new Caller(line, issuer, resident).get('/v1/me');
      return { residentId: String(body['subject']), clerk: new Caller(line, issuer, clerk), handler: new Caller(line, issuer, handler) };
    }),
  );
  return { line, casts: opened };
}
