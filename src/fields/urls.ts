import { ValueError } from './values.ts';

/** A URL without its user name and password, and these apart. */
export interface RouterUrl {
  url: string;
  login: Login | null;
}

export interface Login {
  username: string;
  password: string;
}

/** Parses an http or https URL. Moves a user name and password out of it, so that the URL can be shown. */
export function parseUrl(text: string, example = 'http://192.168.1.1'): RouterUrl {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(text)) {
    throw new ValueError(`is not an http or https URL; use for example ${example}`);
  }
  const login = url.username === '' && url.password === '' ? null : { username: decoded(url.username), password: decoded(url.password) };
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: url.href, login };
}

/** A URL, or a text with URLs, as it may be shown to anyone: a query may hold a secret. */
export const shownUrl = (text: string): string => text.replaceAll(/\?\S*/g, '?…');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ValueError('has a "%" before its "@" that is not an escape; use %25 instead, or username and password');
  }
}
