import type { Messages } from './messages';

export const enProblems: Messages['problems'] = {
  required: 'is missing',
  unknown: 'does not belong here',
  wrong_type: 'has the wrong type',
  malformed: 'is malformed',
  not_a_choice: 'is not one of the choices',
  not_a_code: 'must be a code',
  too_long: 'is too long',
  too_short: 'is too short',
  too_many: 'has too many members',
  too_few: 'has too few members',
  too_large: 'is too large',
  too_small: 'is too small',
  negative: 'must not be negative',
  in_past: 'must be in the future',
  invalid: 'is not valid',
  checksum: 'has a wrong check character',
  identity_number: 'must not hold an identity number',
};

// Codes are English words already.
export const enWords: Messages['words'] = {
  needs_material: 'needs material',
  awaiting_decision: 'awaiting decision',
  update_draft: 'update draft',
  request_material: 'request material',
  supply_material: 'supply material',
  start_processing: 'start processing',
  add_task: 'add task',
  complete_task: 'complete task',
  request_decision: 'request decision',
  receive_paper: 'receive paper',
  return_paper: 'return paper',
  call_back: 'call back',
};
