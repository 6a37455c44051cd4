import { fail, type Located, type Problems, shown } from '../problems.ts';
import { parseName, ValueError } from '../values.ts';
import type { RouterEntry } from './routers.ts';
import { namesOfUrls, parseNamedUrl, type RouterUrl } from './urls.ts';

/** Routers given by URL, each `URL` or `name=URL`: from the command line or a variable. */
export function routersOfUrls(urls: readonly string[], place: string, problems: Problems): RouterEntry[] {
  // A password with a blank or comma in it falls into pieces, none of which may be shown then.
  const hidden = urls.some((url) => url.includes('@'));
  const parsed = urls.flatMap((text, index): Located<RouterUrl & { name: string | null }>[] => {
    try {
      const value = parseNamedUrl(text);
      if (value.name !== null) parseName(value.name);
      return [{ value, place }];
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const mistyped = place === 'command line' && /^[a-z-]+$/i.test(text);
      const why = mistyped ? 'is neither a command nor the URL of a router; see wrtmeter --help' : error.message;
      fail(problems, place, `${hidden ? `entry ${index + 1}` : shown(text)} ${why}`);
      return [];
    }
  });
  const names = namesOfUrls(parsed);
  return parsed.map(({ value: { url, login } }, index) => ({
    name: { value: names[index] ?? '', place },
    was: [],
    reads: [{ source: 'wrtmeter', url, place }],
    access: login === null ? {} : { login: { value: login, place } },
  }));
}

/** The URLs of WRTMETER_ROUTERS, which blanks or commas separate. */
export const splitUrls = (text: string): string[] => text.split(/[\s,]+/).filter((url) => url !== '');
