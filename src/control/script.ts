import { readFileSync } from 'node:fs';

let text: string | undefined;
let limits: string | undefined;

/** The script that runs on the server: openwrt-cgi/peer-access.sh, installed with the program. */
export function accessScript(): string {
  text ??= readFileSync(new URL('../../openwrt-cgi/peer-access.sh', import.meta.url), 'utf8');
  return text;
}

/**
 * What `sh -s` gets on its standard input to make limits so on a server without a copy of openwrt-cgi/limits.sh: the script, whose last line
 * begins the work, with the wanted state (docs/limits.md) as a here-document behind that line.
 */
export function limitsScript(wanted: string): string {
  limits ??= readFileSync(new URL('../../openwrt-cgi/limits.sh', import.meta.url), 'utf8').trimEnd();
  return `${limits} <<'END_OF_WANTED'\n${wanted}END_OF_WANTED\n`;
}
