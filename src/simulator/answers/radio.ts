import { hash } from '../random.ts';
import type { Association } from '../world/state.ts';

// Mbit/s of two streams, from the lowest modulation to the highest: 802.11ac on 80 MHz and 802.11n on 20 MHz.
const FAST = [58.5, 117, 175.5, 234, 351, 468, 526.5, 585, 702, 780, 866.7];
const SLOW = [13, 26, 39, 52, 78, 104, 117, 130, 144.4];

/** dBm at the access point: the place's strength, and a little more or less from one look to the next. */
export function signalOf(association: Association, now: number): number {
  const { device, radio, router } = association;
  const place = (device.spec.places ?? []).find((p) => p.router === router.spec.name && p.interface === radio.spec.interface);
  return (place?.signal ?? -60) + (hash(device.spec.mac, Math.floor(now / 10_000)) % 7) - 3;
}

/** The link's bit rate as `iw` prints it: Mbit/s with one decimal. */
export function linkRate(signal: number, frequency: number): string {
  const table = frequency >= 5000 ? FAST : SLOW;
  const strength = (signal + 90) / 45;
  const step = Math.max(0, Math.min(table.length - 1, Math.round(strength * (table.length - 1))));
  return (table[step] ?? 1).toFixed(1);
}
