import { ConfigError, quote } from '../errors.ts';

/** The errors and warnings so far. A place is `file:line: key`, a variable or an option. */
export interface Problems {
  errors: string[];
  warnings: string[];
}

/** A value and the place where it is written. */
export interface Located<T> {
  value: T;
  place: string;
}

export const noProblems = (): Problems => ({ errors: [], warnings: [] });

/** Adds an error. */
export function fail(problems: Problems, place: string, message: string): void {
  problems.errors.push(`${place}: ${message}`);
}

/** Adds a warning. */
export function warn(problems: Problems, place: string, message: string): void {
  problems.warnings.push(`${place}: ${message}`);
}

/** Throws a ConfigError with all errors, if there are any. */
export function throwProblems(problems: Problems): void {
  const [first, ...rest] = new Set(problems.errors);
  if (first !== undefined) throw new ConfigError([first, ...rest]);
}

/** A wrong value, quoted. */
export const shown = (text: string): string => quote(withoutSecrets(text));

/** A text without what may be a secret: all before an `@`, and of a URL what follows its user name, and its query. */
export function withoutSecrets(text: string): string {
  const rest = text.replace(/^.*@/s, '…@');
  if (!rest.includes('//')) return rest;
  return rest.replace(/(\/\/[^/?#:]*:)(?!\d{1,5}(?:[/?#]|$)).*/s, '$1…').replace(/\?.*/s, '?…');
}
