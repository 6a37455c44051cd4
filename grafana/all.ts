import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Units } from '../src/domain/people/units.ts';
import { device } from './pages/device.ts';
import { exporter } from './pages/exporter.ts';
import { history } from './pages/history.ts';
import { home } from './pages/home.ts';
import { people } from './pages/people.ts';
import { wifi } from './pages/wifi.ts';
import { wireguard } from './pages/wireguard.ts';
import { unit } from './panels/look.ts';

/** Every dashboard by its file name in dashboards/. */
export const dashboards: Record<string, () => Dashboard> = {
  'home.json': home,
  'device.json': device,
  'people.json': people,
  'history.json': history,
  'wifi.json': wifi,
  'wireguard.json': wireguard,
  'exporter.json': exporter,
};

/** The folders that dashboards are written to, with the units that they show bytes in. */
export const folders = { dashboards: 'iec', 'dashboards-si': 'si' } as const satisfies Record<string, Units>;

/** The text of a dashboard's file. Grafana has no variable for a unit, so each units have files of their own. */
export function print(dashboard: Dashboard, units: Units): string {
  const text = `${JSON.stringify(dashboard, null, 2)}\n`;
  if (units === 'iec') return text;
  return text.replaceAll(`: "${unit.volume}"`, ': "decbytes"').replaceAll('1 GiB is 1024³ bytes', '1 GB is 1000³ bytes');
}
