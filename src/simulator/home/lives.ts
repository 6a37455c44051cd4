import type { Activity, Life, Profile } from '../spec.ts';
import { hours } from '../spec.ts';

export const KB = 1000;
export const MB = 1000 * KB;
export const GB = 1000 * MB;

export const BROWSING: Activity = { weight: 6, download: 180 * KB, upload: 14 * KB, seconds: 150 };
export const SHORT_CLIPS: Activity = { weight: 3, download: 700 * KB, upload: 20 * KB, seconds: 420 };
export const FILM: Activity = { weight: 1, download: 1.9 * MB, upload: 25 * KB, seconds: 2700 };
export const CALL: Activity = { weight: 2, download: 310 * KB, upload: 290 * KB, seconds: 1500 };
export const PHOTOS: Activity = { weight: 0.4, download: 6 * KB, upload: 1.1 * MB, seconds: 60 };
export const PRINTING: Activity = { weight: 0.1, download: 5 * KB, upload: 450 * KB, seconds: 12, lan: true };
export const UPDATE: Activity = { weight: 0.2, download: 4 * MB, upload: 40 * KB, seconds: 200 };

/** Asleep at night, at work or school by day on most days, at home in the evening. */
const OUT_BY_DAY = hours([0, 1], [7, 0.9], [8, 0.45], [9, 0.3], [15, 0.5], [17, 0.8], [18, 0.95], [20, 1]);
const PHONE_USE = hours([0, 0.06], [1, 0.01], [6, 0.15], [8, 0.25], [12, 0.35], [14, 0.25], [18, 0.4], [21, 0.55], [23, 0.25]);

/** A phone that leaves the home with its owner. */
export function phone(activities: Activity[]): Life {
  return { presence: OUT_BY_DAY, use: PHONE_USE, activities, idle: { download: 260, upload: 190 } };
}

/** A thing that reports a few bytes, for ever. */
export function trickle(download: number, upload: number): Life {
  return {
    presence: 1,
    use: 0.01,
    activities: [{ weight: 1, download: 9 * KB, upload: 900, seconds: 20 }],
    idle: { download, upload },
    bursts: 20,
  };
}

/** What a gateway asks of the Internet for itself. */
export const UPLINK_LIFE: Life = {
  presence: 1,
  use: 0.02,
  activities: [{ weight: 1, download: 40 * KB, upload: 2 * KB, seconds: 40 }],
  idle: { download: 90, upload: 60 },
};

/** Out and about: now and then it asks for something at home (`lan`), the rest continues to the Internet. */
export function traveller(presence: Profile, use: Profile, activities: Activity[]): Life {
  return { presence, use, activities, idle: { download: 14, upload: 11 } };
}

export const HOUSE_CONTROL: Activity = { weight: 2, download: 45 * KB, upload: 6 * KB, seconds: 60, lan: true };
export const OLD_PHOTOS: Activity = { weight: 1, download: 900 * KB, upload: 18 * KB, seconds: 120, lan: true };
export const REMOTE_DESK: Activity = { weight: 3, download: 95 * KB, upload: 11 * KB, seconds: 900, lan: true };
