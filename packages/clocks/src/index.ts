export { alarmSchedule, type AlarmTime } from './alarms';
export { createCalendar, type Calendar, type DayKind, type Limit, type YearData } from './calendar';
export {
  cancelClock,
  extendClock,
  pauseClock,
  resumeClock,
  satisfyClock,
  startClock,
  type StartClock,
} from './change-clock';
export { alarmLevels, computeDue, isLate, remaining, type AlarmLevel, type Clock, type Correction, type Extension, type Pause } from './clock';
export type { Followed } from './follow-calendars';
export { createLights, lightLimits, lightOf, type LightLimits } from './lights';
export { loadCalendar } from './load-calendar';
export { createClockMoveTable, dropClockMoveTable, listMoves, type Move } from './move-store';
export { addDays, assertLocalDate, daysBetween, instantAt, localDateOf, type LocalDate } from './local-date';
export { createOwnDayTables, dropOwnDayTables, setOwnDay, type OwnDay, type OwnDayKind } from './own-day-store';
export { createCalendars, withOwnDays, type Calendars, type OwnDays } from './own-days';
export type { Alarm } from './raise-alarms';
export { hasMoved, recomputeProvisional, type Recomputation, type RecomputeOptions } from './recompute';
export { addRuleSet, getRuleSet, ruleSetAt, type RuleSet } from './rule-sets';
export { createAlarmScanner, type AlarmScanner, type AlarmScannerOptions } from './scanner';
export { countOpenClocksOver, findClocks, lockClock, type ClockRef } from './store';
export { clockConstraints, createClockTables, dropClockTables } from './tables';
