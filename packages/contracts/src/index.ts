export type { EventFacts } from './event-facts';
export { EVENT_CATALOGUE, TOPICS } from './gen/events';
export { FIELD_CLASSES } from './gen/field-classes';
export { METHODS } from './gen/methods';
export * as organization from './gen/organization';
export * as requests from './gen/requests';
export * as residents from './gen/residents';
export * as thread from './gen/thread';
export * as work from './gen/work';
