import { ConfigError, quote } from '../errors.ts';

/** What was found wrong so far. A place is a file, line and key, a variable or an option, as a person looks for it. */
export interface Problems {
  errors: string[];
  warnings: string[];
}

/** A value and where it was written. */
export interface Located<T> {
  value: T;
  place: string;
}

export const noProblems = (): Problems => ({ errors: [], warnings: [] });

export function fail(problems: Problems, place: string, message: string): void {
  problems.errors.push(`${place}: ${message}`);
}

export function warn(problems: Problems, place: string, message: string): void {
  problems.warnings.push(`${place}: ${message}`);
}

/** Ends the reading of a configuration in which something was wrong, with every line of it. */
export function throwProblems(problems: Problems): void {
  const [first, ...rest] = new Set(problems.errors);
  if (first !== undefined) throw new ConfigError([first, ...rest]);
}

/** A wrong value as it may be shown. What stands before an `@` may be the password of a URL. */
export const shown = (text: string): string => quote(text.replace(/^.*@/s, '…@'));
