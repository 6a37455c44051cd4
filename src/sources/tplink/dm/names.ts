import type { SourceReading } from '../../source.ts';
import { namesOf, wholeNumber } from '../reading.ts';
import { type Instance, ofBlock } from './blocks.ts';

/** The names of an answer to `LAN_HOSTS`. `now` is Unix ms. */
export const lanHostsOf = (found: readonly Instance[], now: number): SourceReading =>
  namesOf(
    ofBlock(found, 0).map((entry) => {
      const left = wholeNumber(entry.get('leaseTimeRemaining')) ?? 0;
      return {
        mac: entry.get('MACAddress'),
        ip: entry.get('IPAddress'),
        name: entry.get('hostName'),
        expiry: left === 0 || left >= 2 ** 31 ? 0 : Math.round(now / 1000) + left,
      };
    }),
  );
