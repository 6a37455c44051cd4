import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const NAMES = ['live.js', 'stream.js', 'rates.js', 'chart.js', 'busiest.js', 'clock.js'] as const;

/** The scripts of the pages by their names: modules that browsers run as they are. */
export const SCRIPTS: ReadonlyMap<string, string> = new Map(
  NAMES.map((name) => [name, readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8')]),
);

/** Changes with any of them, so that browsers may keep each for ever. It is in their address, because they import each other. */
export const SCRIPTS_VERSION = createHash('sha256')
  .update([...SCRIPTS.values()].join('\n'))
  .digest('hex')
  .slice(0, 12);

/** The address of the one that a page names, relative to pages. */
export const LIVE_SCRIPT = `scripts/${SCRIPTS_VERSION}/live.js`;
