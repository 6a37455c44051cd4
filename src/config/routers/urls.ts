import type { Located } from '../problems.ts';
import { ValueError } from '../values.ts';

/** A URL to read, with what its userinfo held taken out of it. */
export interface RouterUrl {
  url: string;
  login: Login | null;
}

export interface Login {
  username: string;
  password: string;
}

/** Where the one script that answers everything is installed. */
export const SCRIPT_PATH = '/cgi-bin/wrtmeter.cgi';

/** An http or https URL; a user name and password in it are moved out, so that the URL can be shown. */
export function parseUrl(text: string): RouterUrl {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(text)) {
    throw new ValueError('is not an http or https URL; write for example http://192.168.1.1');
  }
  const login = url.username === '' && url.password === '' ? null : { username: decoded(url.username), password: decoded(url.password) };
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: url.href, login };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ValueError('has a "%" before its "@" that is no escape; write %25 for it, or use username and password');
  }
}

/** The URL of a router: a bare address means the script that answers everything there. */
export function parseScriptUrl(text: string): RouterUrl {
  const parsed = parseUrl(text);
  const url = new URL(parsed.url);
  if (url.pathname === '/' && url.search === '') url.pathname = SCRIPT_PATH;
  return { ...parsed, url: url.href };
}

/** `home=http://192.168.1.1`, or the URL alone: then the name is null. */
export function parseNamedUrl(text: string): RouterUrl & { name: string | null } {
  const match = /^([^=:/?#@]+)=(.*)$/s.exec(text);
  return { ...parseScriptUrl(match?.[2] ?? text), name: match?.[1] ?? null };
}

/** What a router is called that was given by URL alone: its host, with the port where another has the same host. */
export function namesOfUrls(urls: readonly Located<{ url: string; name: string | null }>[]): string[] {
  const hosts = urls.map(({ value }) => new URL(value.url).hostname.replace(/^\[|\]$/g, ''));
  return urls.map(({ value }, index) => {
    if (value.name !== null) return value.name;
    const host = hosts[index] ?? '';
    const alone = hosts.filter((other, i) => other === host && urls[i]?.value.name === null).length === 1;
    return alone ? host : new URL(value.url).host;
  });
}

/** Where a URL leads, for telling whether two lead to the same box: http and https of one host do. */
export function destination(text: string): { box: string; folder: string; path: string } {
  const { hostname, port, pathname, search } = new URL(text);
  return { box: `${hostname}:${port}`, folder: pathname.slice(0, pathname.lastIndexOf('/') + 1), path: pathname + search };
}
