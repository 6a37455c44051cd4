import { UNITS } from '../domain/people/units.ts';
import { type Field, scalar } from '../fields/fields.ts';
import { choice, parseBoolean, parseText } from '../fields/values.ts';
import { ACCOUNTINGS, LEDGER_DRIVERS, LOG_LEVELS, READ_ACCESSES } from './config.ts';
import { duration, parseDay, parseListen, parseRate, parseTimeout, parseTimeZone } from './values.ts';

/** A setting from a file, a variable or (with an `argument`) an option. */
export interface Setting<T> extends Field<T> {
  parse: (text: string) => T;
  /** `WRTMETER_BILLING_DAY` for `billing.day` */
  variable: string;
  /** `--billing-day <day>`, as commander declares options; null if it has no option. */
  option: string | null;
  help: string;
  /** The words that it can be; null if it is not one of some words. */
  words: readonly string[] | null;
}

function setting<T>(key: string, parse: (text: string) => T, help: string, argument?: string): Setting<T> {
  const option = argument === undefined ? null : `--${key.replace(/[._]/g, '-')} <${argument}>`;
  return { key, parse, read: scalar(parse), variable: `WRTMETER_${key.replace('.', '_').toUpperCase()}`, option, help, words: null };
}

const wordSetting = <const T extends string>(key: string, words: readonly T[], help: string, argument?: string): Setting<T> => ({
  ...setting(key, choice(words), help, argument),
  words,
});

const MINUTE = 60;
const DAY = 86_400;

/** The settings of the program itself, by name in `CliOptions`. */
export const settings = {
  listen: setting('listen', parseListen, 'address and port to listen on', 'addr:port'),
  data: setting('data', parseText, 'directory of the ledger', 'dir'),
  timezone: setting('timezone', parseTimeZone, 'time zone of days and months', 'zone'),
  billingDay: setting('billing.day', parseDay, 'day of the month on which a billing period starts', 'day'),
  accounting: wordSetting('accounting', ACCOUNTINGS, 'which bytes count for a device'),
  heartbeat: setting(
    'heartbeat',
    duration({ least: 1, most: 7 * DAY, zero: true }),
    'time without a scrape after which wrtmeter reads by itself',
  ),
  timeout: setting('timeout', parseTimeout, 'how long a round waits for routers'),
  minInterval: setting('min_interval', duration({ least: 1, most: DAY, zero: true }), 'how long a finished round is reused'),
  live: setting('live', duration({ least: 1, most: MINUTE, zero: true }), 'how often routers are read while somebody watches live'),
  minCommit: setting('min_commit', duration({ least: 5, most: DAY }), 'how often such readings are posted'),
  lineRate: setting('line_rate', parseRate, 'highest rate that a counter can show'),
  retentionHours: setting('retention.hours', duration({ least: DAY, most: 36_500 * DAY }), 'how long hourly figures are kept'),
  expire: setting('expire', duration({ least: MINUTE, most: 36_500 * DAY }), 'how long an unseen device stays in the metrics'),
  reload: setting('reload', parseBoolean, 'whether POST /-/reload is enabled'),
  authRead: wordSetting('auth.read', READ_ACCESSES, 'who may read: everyone (open), or only with a token'),
  control: setting('control', parseBoolean, 'whether peers and bonuses of quotas can be changed over HTTP'),
  units: wordSetting('units', UNITS, 'how bytes are shown: GiB (iec) or GB (si)'),
  ledgerDriver: wordSetting('ledger.driver', LEDGER_DRIVERS, 'which SQLite opens the ledger'),
  logLevel: wordSetting('log.level', LOG_LEVELS, 'lowest level of log messages', 'level'),
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = typeof settings;
export type SettingName = keyof Settings;
