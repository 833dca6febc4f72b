import type { EventFacts } from '@linli/contracts';

/** Every event type by its full proto name; the platform's is `EVENT_CATALOGUE` of contracts. */
export type EventCatalogue = Readonly<Record<string, EventFacts>>;

/** Own properties only: a type such as `constructor` comes from outside too. */
export function factsOf(catalogue: EventCatalogue, type: string): EventFacts | undefined {
  return Object.hasOwn(catalogue, type) ? catalogue[type] : undefined;
}
