import { setTimeout as pause } from 'node:timers/promises';
import { readClock, setClock } from '@linli/runtime';

/** The time of a platform that was started with `--clock`, by its file. */
export interface SimulatedTime {
  today(): string;
  moveTo(day: string): Promise<void>;
}

// Each process looks at the file ten times a second.
const noticedWithinMs = 250;

/** @throws Error for a day that is over: people's deadlines do not come back. */
export function simulatedTime(file: string): SimulatedTime {
  const now = (): Date => new Date(Date.now() + readClock(file));
  return {
    today: () => now().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }),
    async moveTo(day) {
      const at = new Date(`${day}T09:00:00+08:00`);
      if (at < now()) throw new Error(`${day} 09:00 is over: it is ${now().toISOString()}`);
      setClock(file, at.getTime() - Date.now());
      await pause(noticedWithinMs);
    },
  };
}
