import { type Day, dayText, type Month } from '../domain/calendar.ts';
import { weekdayOf } from '../domain/people/tariffs.ts';
import { GB } from './home/lives.ts';
import { createRandom } from './random.ts';

/*
 * What other programs counted in the home before wrtmeter came: their exports, to be imported.
 */

/** The days of its uplink, as "vnstat --json" shows them; more at weekends and in winter. */
export function pastUplink(seed: number, from: Day, to: Day): string {
  const days = Array.from({ length: to - from }, (_, i) => {
    const day = from + i;
    const random = createRandom(seed, 'past', day);
    const winter = 1 + 0.3 * Math.cos((2 * Math.PI * (day % 365.25)) / 365.25);
    const share = winter * (weekdayOf(day) > 4 ? 1.5 : 1);
    return {
      id: i + 1,
      date: dateOf(day),
      rx: Math.round(share * random.between(2, 7) * GB),
      tx: Math.round(share * random.between(0.2, 0.9) * GB),
    };
  });
  const sum = (way: 'rx' | 'tx') => days.reduce((all, day) => all + day[way], 0);
  const traffic = { total: { rx: sum('rx'), tx: sum('tx') }, day: days };
  const updated = { date: dateOf(to), time: { hour: 0, minute: 0 } };
  const wan = { name: 'wan', alias: '', created: { date: dateOf(from) }, updated, traffic };
  return JSON.stringify({ vnstatversion: '2.12', jsonversion: '2', interfaces: [wan] });
}

function dateOf(day: Day): { year: number; month: number; day: number } {
  const [year = 0, month = 0, date = 0] = dayText(day).split('-').map(Number);
  return { year, month, day: date };
}

/** A month of its devices, as "nlbw -c csv -g mac" shows it. Each moves about the same share in every month. */
export function pastDevices(seed: number, macs: readonly string[], { start, end }: Month): string {
  const lines = macs.map((mac) => {
    const share = 10 ** createRandom(seed, 'past', mac).between(-2.5, 0) * (end - start);
    const random = createRandom(seed, 'past', mac, start);
    return [mac, Math.round(share * random.between(1, 3) * GB), Math.round(share * random.between(0.05, 0.3) * GB)].join();
  });
  return ['mac,rx_bytes,tx_bytes', ...lines, ''].join('\n');
}
