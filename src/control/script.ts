import { readFileSync } from 'node:fs';

let text: string | undefined;

/** The script that runs on the server: openwrt-cgi/peer-access.sh, installed with the program. */
export function accessScript(): string {
  text ??= readFileSync(new URL('../../openwrt-cgi/peer-access.sh', import.meta.url), 'utf8');
  return text;
}
