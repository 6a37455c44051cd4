import { startOfDay, utcOffset } from '../../domain/calendar.ts';
import type { AccountsByKind, View } from '../view.ts';
import { BYTE_COUNTERS, byteFamilies, labelledAccounts } from './byte-counters.ts';
import { type Family, gauge, type Sample, samplesOf, single } from './family.ts';
import { labelText } from './labels.ts';

const ROUTER = ['router'];
const UPLINK = BYTE_COUNTERS.wan.labels;

/** Bytes and state of every uplink, the billing periods and the time zone. */
export function wanFamilies(view: View, shown: AccountsByKind): Family[] {
  const rows = labelledAccounts('wan', view, shown.wan, (_, ...values) => labelText(UPLINK, values));
  const month = view.months;
  const boundary = (edge: 'start' | 'end'): Sample[] => [
    ...single(startOfDay(month.home[edge], view.timezone) / 1000),
    ...[...month.routers].map(([router, own]) => ({
      labels: labelText(ROUTER, [router]),
      value: startOfDay(own[edge], view.timezone) / 1000,
    })),
  ];
  return [
    ...byteFamilies('wan', rows),
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
