import { createHash } from 'node:crypto';

export const laneCount = 16;

/** The lane (0 to 15) of a record key. All events of one aggregate share a key, so they share a lane. */
export function laneOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt8(0) % laneCount;
}
