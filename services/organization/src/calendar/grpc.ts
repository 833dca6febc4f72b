import { addDays, daysBetween } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { removeOverride, setOverride } from './decide-day';
import { calendarWith } from './rules';
import { listOverrides } from './store';
import { dayToWire, kindOnWire, overrideToWire } from './wire';

const mostDays = 366;

export function calendarService(deps: Deps): organization.CalendarServiceImplementation<RpcContext> {
  return {
    async setCalendarOverride(request, { caller }) {
      if (request.day === '') throw violation('day', 'required');
      const { override, affected } = await setOverride(deps, caller, {
        request: requestKey(caller, organization.SetCalendarOverrideRequest, request),
        day: readDay(request.day, 'day', request.day),
        kind: kindOnWire.fromWire(request.kind, 'kind'),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 60 }),
        citation: requireText(request.citation, 'citation', { max: 200 }),
      });
      return { override: overrideToWire(override), affected };
    },
    async removeCalendarOverride(request, { caller }) {
      const overrideId = readUuid(request.overrideId, 'override_id');
      const { override, affected } = await removeOverride(deps, caller, { overrideId, version: request.version });
      return { override: overrideToWire(override), affected };
    },
    async getCalendar(request, { caller }) {
      const from = readDay(request.fromDay, 'from_day', today(deps));
      const to = readDay(request.toDay, 'to_day', addDays(from, 30));
      const length = daysBetween(from, to) + 1;
      if (length < 1) throw violation('to_day', 'before_valid_from');
      if (length > mostDays) throw violation('to_day', 'too_large');
      const overrides = await deps.db.withTenant(caller, (tx) => listOverrides(tx, { from, to }));
      const byDay = new Map(overrides.map((override) => [override.day, override]));
      const calendar = calendarWith(deps.calendar, overrides);
      const days = Array.from({ length }, (_, index) => addDays(from, index));
      return { days: days.map((day) => dayToWire(day, calendar, byDay.get(day))) };
    },
  };
}
