import { formatAge } from '../../format.ts';
import type { DeviceRow, OnAir } from '../../rows/devices.ts';
import type { View } from '../../view.ts';
import { type Content, type Html, html } from '../frame/html.ts';

/** Where a device is on the air, otherwise when it was seen. */
export function whereabouts(view: Pick<View, 'now'>, { onAir, lastSeen }: DeviceRow): Content {
  if (lastSeen === null) return 'private';
  const [air] = strongestFirst(onAir);
  if (air === undefined) return `seen ${formatAge(view.now - lastSeen)}`;
  return html`${signalBars(air)}<bdi>${air.router}</bdi> ${bandOf(air)}`;
}

export const strongestFirst = (onAir: readonly OnAir[]): OnAir[] => [...onAir].sort((a, b) => (b.signal ?? -200) - (a.signal ?? -200));

/** `5 GHz`; empty where it is not known. */
export function bandOf({ frequency }: OnAir): string {
  if (frequency === null) return '';
  return frequency < 3000 ? '2.4 GHz' : frequency < 5950 ? '5 GHz' : '6 GHz';
}

/** Four bars as on a phone. */
export function signalBars({ signal: dbm }: OnAir): Html {
  const full = dbm === null ? 0 : dbm >= -55 ? 4 : dbm >= -65 ? 3 : dbm >= -75 ? 2 : 1;
  const columns = [1, 2, 3, 4].map((n) => {
    const height = n * 3;
    return html`<rect${n <= full ? '' : html` class="idle"`} x="${(n - 1) * 4}" y="${12 - height}" width="2.6" height="${height}" rx="0.6"/>`;
  });
  return html`<svg class="signal" viewBox="0 0 15 12" role="img" aria-label="on the air${dbm === null ? '' : `, ${dbm} dBm`}:"><title>${dbm === null ? 'on the air' : `${dbm} dBm`}</title>${columns}</svg>`;
}
