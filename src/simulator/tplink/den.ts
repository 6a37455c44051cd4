import { createRandom } from '../random.ts';
import { Logins } from './logins.ts';
import type { TplinkRouter } from './router.ts';
import { FedTable } from './table.ts';

/** A TP-Link router in the den, with a network of its own behind the home's. */
export interface Den {
  router: TplinkRouter;
  /** Lets time pass, ms. */
  live(milliseconds: number): void;
}

/** Its machines: bytes a second while they are used, and the share of the time in which they are. */
const MACHINES = [
  { mac: '00:00:5e:00:53:a1', ip: '192.168.0.101', name: 'kids-tablet', rate: 700_000, share: 0.5 },
  { mac: '00:00:5e:00:53:a2', ip: '192.168.0.102', name: 'den-radio', rate: 24_000, share: 0.9 },
  { mac: '00:00:5e:00:53:a3', ip: '192.168.0.103', name: 'old-printer', rate: 900, share: 0.2 },
] as const;

/** How long one use or one pause lasts, ms. */
const STRETCH_MS = 20_000;

export function createDen(seed: number, now: () => number): Den {
  const table = new FedTable(32);
  const random = createRandom(seed, 'den');
  // Near the end of its counter, so that a visitor sees it pass.
  for (const { mac, ip, name } of MACHINES) table.move(mac, ip, 4_200_000_000, name);
  const router: TplinkRouter = { model: 'Archer C20', username: 'admin', password: 'demo', logins: new Logins(now), table };
  let left = 0;
  let used = new Set<string>();
  return {
    router,
    live(milliseconds) {
      let passed = milliseconds;
      while (passed > 0) {
        if (left <= 0) {
          left = STRETCH_MS;
          used = new Set(MACHINES.flatMap(({ mac, share }) => (random.next() < share ? [mac] : [])));
        }
        const step = Math.min(left, passed);
        for (const { mac, ip, name, rate } of MACHINES) if (used.has(mac)) table.move(mac, ip, Math.round((rate * step) / 1000), name);
        left -= step;
        passed -= step;
      }
    },
  };
}
