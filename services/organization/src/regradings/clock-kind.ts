/** Due as the day of a planned regrading begins. */
export const regradingClock = 'organization.regrading';
