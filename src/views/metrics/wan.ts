import { startOfDay, utcOffset } from '../../domain/calendar.ts';
import type { AccountsByKind, View } from '../view.ts';
import { counter, type Family, gauge, type Sample, samplesOf, single } from './family.ts';
import { labelText } from './labels.ts';

const ROUTER = ['router'];
const UPLINK = ['router', 'interface'];

/** Bytes and state of every uplink, the billing periods and the time zone. */
export function wanFamilies(view: View, shown: AccountsByKind): Family[] {
  const rows = shown.wan.map((account) => ({
    account,
    labels: labelText(UPLINK, [account.router, account.interface]),
  }));
  const month = view.months;
  const boundary = (edge: 'start' | 'end'): Sample[] => [
    ...single(startOfDay(month.home[edge], view.timezone) / 1000),
    ...[...month.routers].map(([router, own]) => ({
      labels: labelText(ROUTER, [router]),
      value: startOfDay(own[edge], view.timezone) / 1000,
    })),
  ];
  return [
    counter(
      'wan_download_bytes_total',
      'Bytes received from the Internet',
      UPLINK,
      samplesOf(rows, ({ account }) => account.total.download),
    ),
    counter(
      'wan_upload_bytes_total',
      'Bytes sent to the Internet',
      UPLINK,
      samplesOf(rows, ({ account }) => account.total.upload),
    ),
    gauge(
      'wan_month_download_bytes',
      'Bytes received from the Internet in the current billing period of the uplink',
      UPLINK,
      samplesOf(rows, ({ account }) => account.month.download),
    ),
    gauge(
      'wan_month_upload_bytes',
      'Bytes sent to the Internet in the current billing period of the uplink',
      UPLINK,
      samplesOf(rows, ({ account }) => account.month.upload),
    ),
    gauge('wan_up', 'Whether the uplink is up (1) or down (0)', UPLINK, uplinks(view)),
    gauge(
      'month_start_timestamp_seconds',
      'Unix time at which the current billing period started; with a router label: that of the uplinks of this router',
      ROUTER,
      boundary('start'),
    ),
    gauge(
      'month_end_timestamp_seconds',
      'Unix time at which the current billing period ends; with a router label: that of the uplinks of this router',
      ROUTER,
      boundary('end'),
    ),
    gauge(
      'utc_offset_seconds',
      'Seconds by which local time in the configured time zone is ahead of UTC; negative where it is behind',
      [],
      single(utcOffset(view.now, view.timezone)),
    ),
  ];
}

function uplinks(view: View): Sample[] {
  const found = new Map<string, Sample>();
  for (const { name: router, sources } of view.routers) {
    const observation = sources.get('wan')?.observation;
    if (observation?.source !== 'wan') continue;
    for (const { name, up } of observation.uplinks)
      found.set(`${router}\n${name}`, { labels: labelText(UPLINK, [router, name]), value: up ? 1 : 0 });
  }
  return [...found.values()];
}
