import { readFileSync } from 'node:fs';

const texts = new Map<string, string>();

/** A script that runs on the server: a file of openwrt-cgi/, installed with the program. */
function scriptText(name: string): string {
  const text = texts.get(name) ?? readFileSync(new URL(`../../openwrt-cgi/${name}`, import.meta.url), 'utf8');
  texts.set(name, text);
  return text;
}

/** What changes peers. */
export const accessScript = (): string => scriptText('peer-access.sh');

/**
 * What `sh -s` gets on its standard input to make limits so on a server without a copy of openwrt-cgi/limits.sh: the script, whose last line
 * begins the work, with the wanted state (docs/run/limits.md) as a here-document behind that line.
 */
export const limitsScript = (wanted: string): string => `${scriptText('limits.sh').trimEnd()} <<'END_OF_WANTED'\n${wanted}END_OF_WANTED\n`;
