import type { Day, Month } from '../domain/calendar.ts';
import { weekdayOf } from '../domain/people/tariffs.ts';
import type { Traffic } from '../domain/traffic.ts';
import { GB } from './home/lives.ts';
import { createRandom } from './random.ts';

/** What the home's line carried on a day before it was simulated: more at weekends and in winter. */
export function pastDay(seed: number, day: Day): Traffic {
  const random = createRandom(seed, 'past', day);
  const winter = 1 + 0.3 * Math.cos((2 * Math.PI * (day % 365.25)) / 365.25);
  const share = winter * (weekdayOf(day) > 4 ? 1.5 : 1) * GB;
  return { download: Math.round(share * random.between(2, 7)), upload: Math.round(share * random.between(0.2, 0.9)) };
}

/** What a device moved in a stretch of days before it was simulated: about the same share in every month. */
export function pastOf(seed: number, mac: string, { start, end }: Month): Traffic {
  const share = 10 ** createRandom(seed, 'past', mac).between(-2.5, 0) * (end - start) * GB;
  const random = createRandom(seed, 'past', mac, start);
  return { download: Math.round(share * random.between(1, 3)), upload: Math.round(share * random.between(0.05, 0.3)) };
}
