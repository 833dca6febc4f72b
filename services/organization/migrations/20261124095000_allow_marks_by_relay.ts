export const name = '20261124095000_allow_marks_by_relay';

/** An event that the operator gives up counts as applied. */
export { allowMarksByRelay as up, forbidMarksByRelay as down } from '@linli/messaging';
