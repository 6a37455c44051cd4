import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards, print } from './all.ts';

// Writes grafana/dashboards/*.json, the files Grafana reads: `npm run dashboards`.
const folder = new URL('./dashboards/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [file, dashboard] of Object.entries(dashboards)) writeFileSync(new URL(file, folder), print(dashboard()));
