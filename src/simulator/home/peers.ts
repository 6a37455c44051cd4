import { hash } from '../random.ts';
import type { PeerSpec } from '../spec.ts';
import { hours } from '../spec.ts';
import { BROWSING, GB, HOUSE_CONTROL, KB, OLD_PHOTOS, REMOTE_DESK, SHORT_CLIPS, traveller } from './lives.ts';

/** Peers of the home: people who travel, a hut that is always online, one that never connected and one that is revoked. */
export function peers(seed: number): PeerSpec[] {
  const peer = (name: string, last: number, endpoint: string): PeerSpec => ({
    publicKey: publicKey(seed, name),
    name,
    address: `10.7.0.${last}`,
    allowed: [`10.7.0.${last}/32`, `fd5c:1a2b:3c4d:7::${last}/128`],
    endpoint,
  });
  return [
    {
      ...peer('annas-phone', 2, '198.51.100.23:41641'),
      shows: { download: 2.31 * GB, upload: 0.19 * GB },
      silent: 3 * 3600,
      life: traveller(hours([0, 0], [7, 0.9], [18, 0]), 0.05, [BROWSING, HOUSE_CONTROL, OLD_PHOTOS]),
    },
    {
      ...peer('bens-laptop', 3, '203.0.113.77:51820'),
      shows: { download: 9.8 * GB, upload: 0.74 * GB },
      silent: 900,
      life: traveller(hours([0, 0.1], [7, 0.4], [16, 1], [22, 0.2]), hours([0, 0.1], [9, 0.3], [16, 0.8], [21, 0.4]), [
        BROWSING,
        REMOTE_DESK,
        OLD_PHOTOS,
      ]),
    },
    {
      ...peer('summer-house', 4, '203.0.113.9:51820'),
      allowed: ['10.7.0.4/32', '192.168.40.0/24'],
      shows: { download: 1.2 * GB, upload: 38.5 * GB },
      silent: 10,
      life: {
        presence: 1,
        use: hours([0, 0.05], [6, 0.3], [22, 0.05]),
        activities: [{ weight: 1, download: 4 * KB, upload: 210 * KB, seconds: 90, lan: true }],
        idle: { download: 45, upload: 120 },
      },
    },
    {
      ...peer('grandmas-tablet', 5, '[2001:db8:77::5]:51820'),
      shows: { download: 6.4 * GB, upload: 0.31 * GB },
      silent: 60,
      life: {
        presence: 1,
        use: hours([0, 0], [8, 0.06], [12, 0.03], [17, 0.35], [21, 0.05], [22, 0]),
        activities: [{ ...BROWSING, weight: 3 }, SHORT_CLIPS],
        idle: { download: 70, upload: 60 },
      },
    },
    peer('guest-laptop', 6, '-'),
    { ...peer('old-tablet', 7, '-'), revoked: true },
  ];
}

/** 32 bytes that nobody has the private half of. */
function publicKey(seed: number, name: string): string {
  const bytes = Buffer.alloc(32);
  for (let word = 0; word < 8; word += 1) bytes.writeUInt32BE(hash(seed, name, 'key', word), word * 4);
  return bytes.toString('base64');
}
