/** The clocks of a case. All but `handle`, whose limit is the item's promise, follow the rule set of the same name. */
export const clockKinds = {
  /** For the notice of missing material, or an answer; then the case counts as accepted. */
  notice: 'requests.notice',
  /** For the decision, by the item's promised limit. */
  handle: 'requests.handle',
  deliver: 'requests.deliver',
  /** For the callback; then the case closes by itself. */
  close: 'requests.close',
  /** For the resident to have it done again. */
  reopen: 'requests.reopen',
} as const;

/** The most that one extension adds. */
export const extensionRuleSet = 'requests.extend';
