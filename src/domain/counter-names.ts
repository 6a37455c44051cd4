import type { HostCounter, SumCounter } from './observation.ts';

/** The name of a station's counter; a classic list has no interfaces. */
export const stationCounter = (name: string | null, mac: string): string => (name === null ? mac : `${name} ${mac}`);

/** The name of an uplink's counter: on another layer-3 device it is another counter. Rule: identity. */
export const uplinkCounter = (name: string, device: string | null): string => `${name} ${device ?? ''}`;

/** The name of a WireGuard peer's counter. */
export const peerCounter = (name: string, publicKey: string): string => `${name} ${publicKey}`;

/** The name of a host's counter. */
export function hostCounter({ counts, mac, ip }: Pick<HostCounter, 'counts' | 'mac' | 'ip'>): string {
  const at = mac === null ? ip : `${mac} ${ip}`;
  switch (counts) {
    case 'download':
      return `down ${at}`;
    case 'upload':
      return `up ${at}`;
    case 'both':
      return at;
    default:
      return counts satisfies never;
  }
}

/** The name of a counter of both directions; a machine with another address is another counter. */
export const sumCounter = ({ mac, ip }: Pick<SumCounter, 'mac' | 'ip'>): string => `${mac} ${ip}`;

/** The MAC in the name of a counter of both directions. */
export const macIn = (counter: string): string => counter.split(' ', 1)[0] ?? '';
