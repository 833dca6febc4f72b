import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { committeeKinds, type Committee, type Seat } from './committee';
import type { OwedMeeting } from './owed-meeting';
import { hostOf, plannedHost } from './rotation';
import type { RecordedSchedule } from './rotation-store';

export const committeeKindOnWire = wireEnum('COMMITTEE_KIND', organization.CommitteeKind, committeeKinds);

export function committeeToWire(committee: Committee, seats: readonly Seat[], owed?: OwedMeeting): organization.Committee {
  return organization.Committee.fromPartial({
    ...committee,
    kind: committeeKindOnWire.toWire(committee.kind),
    endedOn: committee.endedOn ?? '',
    seats: seats.map(({ validTo = '', ...seat }) => ({ ...seat, validTo })),
    owedFrom: owed?.from ?? '',
    owedUntil: owed?.until ?? '',
    owedCitation: owed?.citation ?? '',
  });
}

/** The years from one to the other that have a host, and the swaps among them. */
export function rotationToWire(schedule: RecordedSchedule, fromYear: number, toYear: number): organization.GetRotationResponse {
  const years = Array.from({ length: toYear - fromYear + 1 }, (_year, index) => fromYear + index);
  return organization.GetRotationResponse.fromPartial({
    years: years.flatMap((year) => {
      const term = schedule.terms.find((one) => one.year === year);
      const hostId = term?.hostId ?? hostOf(schedule, year);
      return hostId === undefined ? [] : [{ year, hostId, plannedHostId: plannedHost(schedule, year) ?? '', handedOverOn: term?.handedOverOn ?? '' }];
    }),
    swaps: schedule.swaps.filter(({ year, otherYear }) => otherYear >= fromYear && year <= toYear).map(({ decidedBy: _by, version: _version, ...swap }) => swap),
  });
}
