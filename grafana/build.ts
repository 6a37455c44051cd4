import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards, folders, print } from './all.ts';

// Writes the files Grafana reads, grafana/dashboards/*.json and the same in decimal units: `npm run dashboards`.
for (const [name, units] of Object.entries(folders)) {
  const folder = new URL(`./${name}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [file, dashboard] of Object.entries(dashboards)) writeFileSync(new URL(file, folder), print(dashboard(), units));
}
