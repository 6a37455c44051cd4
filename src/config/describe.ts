import { formatRate } from '../domain/people/rate.ts';
import { formatSize } from '../domain/people/size.ts';
import type { User } from '../domain/people/user.ts';
import { count } from '../errors.ts';
import { shownUrl } from '../fields/urls.ts';
import { placeOf } from '../notify/target.ts';
import { kindOf } from '../sources/registry.ts';
import type { Config, Credentials, RouterConfig } from './config.ts';
import { describeCsv } from './csv.ts';
import { describeLimit, describeLimits } from './people/limits.ts';
import { describeQuota } from './people/quotas.ts';
import { describeTariff } from './people/tariffs.ts';
import { describeTransport } from './routers/limits.ts';
import { formatDuration } from './values.ts';

/** The configuration for `wrtmeter check`; without secrets. */
export function describeConfig(config: Config): string {
  const { host, port } = config.listen;
  const rows: [string, string][] = [
    ['configuration', config.file ?? 'none; only defaults, variables and options'],
    ['listen', `${host.includes(':') ? `[${host}]` : host}:${port}`],
    ['data', config.data],
    ['time zone', config.timezone],
    ['billing day', String(config.billing.day)],
    ['accounting', config.accounting],
    ['heartbeat', config.heartbeat === 0 ? 'off' : formatDuration(config.heartbeat)],
    ['timeout', formatDuration(config.timeout)],
    ...(config.minInterval === 0 ? [] : [['min interval', formatDuration(config.minInterval)] satisfies [string, string]]),
    ['live', config.live === 0 ? 'off' : `every ${formatDuration(config.live)}, posted every ${formatDuration(config.minCommit)}`],
    ['hourly figures', `kept ${formatDuration(config.retention.hours)}`],
    ['expire', formatDuration(config.expire)],
    ['reload', config.reload ? 'by SIGHUP and POST /-/reload' : 'by SIGHUP'],
    ['reading', config.auth.read === 'open' ? 'open to everyone' : 'with a token'],
    ['control', config.control ? 'over HTTP, with a token of scope control' : 'off'],
    ...(config.units === 'iec' ? [] : [['units', 'decimal, as providers count'] satisfies [string, string]]),
    ['log level', config.log.level],
    ['devices', devicesText(config)],
    ...config.tariffs.map((tariff): [string, string] => [`tariff ${tariff.name}`, describeTariff(tariff)]),
    ...config.quotas.map((quota): [string, string] => [`quota ${quota.name}`, describeQuota(quota, formatSize)]),
    ...(isLimiting(config) ? [['limits', describeLimits(config.limits)] satisfies [string, string]] : []),
    ...config.limits.rules.map((rule): [string, string] => [`limit ${rule.name}`, describeLimit(rule)]),
    ...(config.peers.length === 0 ? [] : [['peers', `${config.peers.length} named`] satisfies [string, string]]),
    ...config.targets.map(({ name, service }) => ['notices', `to ${name}: ${placeOf(service)}`] satisfies [string, string]),
    ...(config.csv === null ? [] : [['csv', describeCsv(config.csv)] satisfies [string, string]]),
    ...config.users.map((user, index): [string, string] => [index === 0 ? 'users' : '', userText(user)]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
  return [...lines, ...config.routers.flatMap((router) => ['', ...describeRouter(router, config)])].join('\n');
}

const isLimiting = ({ routers, control }: Config): boolean => control && routers.some(({ limits }) => limits !== null);

function describeRouter(router: RouterConfig, config: Config): string[] {
  const lines = [`router ${router.name}${config.implied ? ' (none is configured, so the usual address is tried)' : ''}`];
  for (const config of router.kinds) {
    for (const [label, text] of kindOf(config.kind).describe(config)) lines.push(`  ${label.padEnd(10)}  ${shownUrl(text)}`);
  }
  if (router.limits !== null) lines.push(`  ${'limits'.padEnd(10)}  ${describeTransport(router.limits)}`);
  const notes = [
    router.kinds.some(({ kind }) => kindOf(kind).http !== null && !kindOf(kind).logsIn) || router.credentials.kind !== 'none'
      ? credentialsText(router.credentials)
      : null,
    router.tls.ca === null ? null : 'trusts only its own certificate authority',
    router.tls.insecure ? 'any certificate is accepted' : null,
    `at most ${formatRate(router.lineRate)}`,
    router.billing.day === config.billing.day ? null : `billing day ${router.billing.day}`,
    router.timeout === config.timeout ? null : `timeout ${formatDuration(router.timeout)}`,
    router.counterBits === null ? null : `${router.counterBits}-bit counters`,
    router.was.length === 0 ? null : `was ${router.was.join(', ')}`,
  ];
  return [...lines, `  ${notes.filter((note) => note !== null).join('; ')}`];
}

function credentialsText(credentials: Credentials): string {
  switch (credentials.kind) {
    case 'none':
      return 'no password';
    case 'basic':
      return `user ${credentials.username} with a password`;
    case 'bearer':
      return 'with a token';
    default:
      return credentials satisfies never;
  }
}

function devicesText({ devices }: Config): string {
  if (devices.length === 0) return 'none named';
  const users = new Set(devices.flatMap(({ user }) => user ?? []));
  const hidden = devices.filter(({ isPrivate }) => isPrivate).length;
  const parts = [
    `${devices.length} named`,
    ...(users.size === 0 ? [] : [`of ${count(users.size, 'user')}`]),
    ...(hidden === 0 ? [] : [`${hidden} private`]),
  ];
  return parts.join(', ');
}

function userText({ name, title, macs, hostnames, networks, ssids, peers, isPrivate, keepHours }: User): string {
  const named = (what: string, list: readonly string[]) => (list.length === 0 ? [] : [`${what} ${list.join(', ')}`]);
  const parts = [
    ...(macs.length === 0 ? [] : [count(macs.length, 'MAC')]),
    ...named('host names', hostnames),
    ...named('networks', networks),
    ...named('SSIDs', ssids),
    ...(peers.length === 0 ? [] : [count(peers.length, 'peer')]),
    ...(isPrivate ? ['private'] : keepHours === null ? [] : [`hourly figures kept ${formatDuration(keepHours)}`]),
  ];
  return [`${name}${title === name ? '' : ` (${title})`}`, ...parts].join('; ');
}
