import type { Messages } from './messages';

/** Duty, the working calendar, roles and grants by two. */
export const zhAtWork: Messages['reasons'] = {
  // Duty
  DUTY_ROSTER_EXISTS: ['已在排班', '这个单位已经开始排班。'],
  DUTY_ROSTER_NOT_FOUND: ['没有找到排班', '没有找到这个单位的排班，或者不在您的管辖范围内。'],
  DUTY_SLOT_NOT_FOUND: ['没有找到值班', '没有找到这次值班，或者不在您的管辖范围内。'],
  DUTY_PLANNED_ALREADY: ['已经排过', '这段日期中已有排好的值班。没有作任何改动。'],
  DUTY_NOTHING_TO_PLAN: ['没有可排的', '这段日期中没有这样的时段。'],
  DUTY_PERSON_WITHOUT_POST: ['当日无岗位', '有人在 {day} 没有该单位的岗位。没有作任何改动。'],
  DUTY_PERSON_AWAY: ['当日不在岗', '有人在 {day} 不在岗。没有作任何改动。'],
  DUTY_PERSON_BUSY: ['值班冲突', '有人在同一时段已有别的值班。没有作任何改动。'],
  DUTY_SLOT_CANCELLED: ['已经取消', '这次值班已经取消。'],
  DUTY_SLOT_OVER: ['已经过去', '{day} 的这次值班已经结束，不能再改。'],

  // Working calendar
  CALENDAR_DAY_PAST: ['日期已到', '只能自定明天及以后的日子。'],
  CALENDAR_DAY_SET: ['已经自定', '{day} 已经自定过。请先恢复国家安排。'],
  CALENDAR_DAY_UNCHANGED: ['没有变化', '{day} 按国家安排本来就是这样。'],
  CALENDAR_DAY_REMOVED: ['已经恢复', '{day} 已经恢复国家安排。'],
  CALENDAR_OVERRIDE_NOT_FOUND: ['没有找到', '没有找到这条自定的日子。'],
  CALENDAR_NOT_READ: ['系统正在启动', '工作日历还没有读入。请稍后再试。'],

  // Roles and grants by two
  ROLE_CODE_TAKEN: ['角色代码重复', '已有角色使用这个代码。'],
  ROLE_FIXED: ['不能修改', '“{role}”是平台的角色，不能修改。'],
  ROLE_HELD: ['角色正在使用', '有人持有或正在申请这个角色，只能减少、不能增加权限。请另设一个角色，或先收回授权。'],
  ROLE_PERMISSION_UNKNOWN: ['权限不可用', '“{permission}”不在可用的权限之内。'],
  GRANT_REQUESTED: ['已在等待确认', '同样的授权申请正在等待确认。'],
  GRANT_REQUEST_NOT_FOUND: ['没有找到申请', '没有找到这项授权申请，或者不在您的管辖范围内。'],
  GRANT_REQUEST_DECIDED: ['已有结果', '这项授权申请已有结果：{state}。'],
  GRANT_CONFIRMED_BY_SAME: ['须另一人确认', '申请人不得自己确认。请由另一人办理。'],
};
