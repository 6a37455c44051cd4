import type { Config } from '../../config/config.ts';
import { type Day, parseDate } from '../../domain/calendar.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { quote } from '../../errors.ts';
import { parseName, ValueError } from '../../fields/values.ts';
import { ImportError } from '../../ledger/import/figures.ts';

/** Settings of an import, from the command line. */
export interface ImportSettings {
  config: Config;
  /** The configured router of the uplink, null if none was given. */
  router: string | null;
  /** Its uplink. */
  interface?: string | undefined;
  from: Day | null;
  /** Exclusive. */
  to: Day | null;
  /** Unix ms. */
  now: number;
}

export interface ImportOptions {
  router?: string;
  interface?: string;
  from?: string;
  to?: string;
}

/** Throws an ImportError that names the option. */
export function importSettings(options: ImportOptions, config: Config, now: number): ImportSettings {
  const { router, interface: name } = options;
  return {
    config,
    router: router === undefined ? null : knownRouter(router, config),
    ...(name !== undefined && { interface: checked(name, '--interface') }),
    from: dayOption(options.from, '--from'),
    to: dayOption(options.to, '--to'),
    now,
  };
}

function knownRouter(name: string, { routers, implied }: Config): string {
  const known = routers.find((router) => router.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known.name;
  // Without a configuration, no router has a name yet.
  if (implied) return checked(name, '--router');
  const names = routers.map((router) => router.name);
  throw new ImportError(
    `--router: no router ${quote(name)} is configured; ${didYouMean(name, names, `choose one of ${names.join(', ')}`)}`,
  );
}

function checked(name: string, option: string): string {
  try {
    return parseName(name);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ImportError(`${option}: ${quote(name)} ${error.message}`);
  }
}

function dayOption(text: string | undefined, option: string): Day | null {
  if (text === undefined) return null;
  const day = parseDate(text);
  if (day === null) throw new ImportError(`${option}: ${quote(text)} is not a date: use a date like 2026-10-01`);
  return day;
}
