import type { Flight } from "./model-flight.ts";

export interface Flights {
  /** The flight under way for this key, or the one `start` makes, which others may join until it ends. */
  join(key: string, start: () => Flight): { readonly flight: Flight; readonly isLeader: boolean };
}

/**
 * One call to a model for all who ask the same at the same time. Keys are exact cache keys: they hold the tenant and the
 * permission scope, so nobody boards another's flight.
 */
export function createFlights(): Flights {
  const underWay = new Map<string, Flight>();
  return {
    join(key, start) {
      const known = underWay.get(key);
      if (known && !known.isAbandoned()) return { flight: known, isLeader: false };
      const flight = start();
      underWay.set(key, flight);
      void flight.ended.then(() => {
        if (underWay.get(key) === flight) underWay.delete(key);
      });
      return { flight, isLeader: true };
    },
  };
}
