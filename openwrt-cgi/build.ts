import { writeFileSync } from 'node:fs';
import { assembled } from './assemble.ts';

// Writes the scripts of this folder that are made from parts/, and the exporter's awk programs: `npm run scripts`.
for (const [path, text] of Object.entries(assembled()))
  writeFileSync(new URL(`../${path}`, import.meta.url), text, { mode: path.endsWith('.ts') ? 0o644 : 0o755 });
