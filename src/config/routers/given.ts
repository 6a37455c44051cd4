import { fail, type Located, type Problems, shown } from '../../fields/problems.ts';
import type { RouterUrl } from '../../fields/urls.ts';
import { parseName, ValueError } from '../../fields/values.ts';
import { parseScriptUrl } from '../../sources/openwrt/kind.ts';
import type { RouterEntry } from './routers.ts';

/** Reads routers given as `URL` or `NAME=URL`, from the command line or a variable. */
export function routersOfUrls(urls: readonly string[], place: string, problems: Problems): RouterEntry[] {
  // A password with a space or comma is split into several entries, so then no entry is shown.
  const hidden = urls.some((url) => url.includes('@'));
  const parsed = urls.flatMap((text, index): Located<RouterUrl & { name: string | null }>[] => {
    try {
      const value = parseNamedUrl(text);
      if (value.name !== null) parseName(value.name);
      return [{ value, place }];
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const mistyped = place === 'command line' && /^[a-z-]+$/i.test(text);
      const why = mistyped ? 'is neither a command nor a router URL; see wrtmeter --help' : error.message;
      fail(problems, place, `${hidden ? `entry ${index + 1}` : shown(text)} ${why}`);
      return [];
    }
  });
  const names = namesOfUrls(parsed);
  return parsed.map(({ value: { url, login } }, index) => {
    const name = names[index] ?? '';
    const at = `${place}: ${name}`;
    return {
      name: { value: name, place },
      was: [],
      kinds: { openwrt: { value: { url, login }, place: at } },
      places: {},
      urls: [{ url, login, what: 'wrtmeter', place: at, whole: true, counts: true }],
      access: login === null ? {} : { login: { value: login, place: at } },
    };
  });
}

/** The URLs of WRTMETER_ROUTERS, separated by spaces or commas. */
export const splitUrls = (text: string): string[] => text.split(/[\s,]+/).filter((url) => url !== '');

/** Parses `home=http://192.168.1.1`, or a URL alone: then the name is null. */
function parseNamedUrl(text: string): RouterUrl & { name: string | null } {
  const match = /^([^=:/?#@]+)=(.*)$/s.exec(text);
  return { ...parseScriptUrl(match?.[2] ?? text), name: match?.[1] ?? null };
}

/** Names for routers given by URL alone: the host, with the port if another has the same host. */
function namesOfUrls(urls: readonly Located<{ url: string; name: string | null }>[]): string[] {
  const hosts = urls.map(({ value }) => new URL(value.url).hostname.replace(/^\[|\]$/g, ''));
  return urls.map(({ value }, index) => {
    if (value.name !== null) return value.name;
    const host = hosts[index] ?? '';
    const alone = hosts.filter((other, i) => other === host && urls[i]?.value.name === null).length === 1;
    return alone ? host : new URL(value.url).host;
  });
}
