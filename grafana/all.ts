import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { device } from './device.ts';
import { exporter } from './exporter.ts';
import { home } from './home.ts';
import { people } from './people.ts';
import { wifi } from './wifi.ts';
import { wireguard } from './wireguard.ts';

/** Every dashboard by its file name in dashboards/. */
export const dashboards: Record<string, () => Dashboard> = {
  'home.json': home,
  'device.json': device,
  'people.json': people,
  'wifi.json': wifi,
  'wireguard.json': wireguard,
  'exporter.json': exporter,
};

/** The text of a dashboard's file. */
export function print(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
