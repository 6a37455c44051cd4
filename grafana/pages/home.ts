import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { fromRow, fromSeries } from '../panels/links.ts';
import { colour, columns, now, overTime, paint, queries, unit } from '../panels/look.ts';
import { field, grid, lines, numbers, ranking, stacked } from '../panels/panels.ts';
import {
  agreed,
  airReported,
  atThisPace,
  bothRates,
  busiest,
  firstDay,
  lastDay,
  monthOf,
  ofMonth,
  period,
  uplinks,
} from '../queries/queries.ts';
import { one, present, rateOf } from '../queries/series.ts';
import { daysOfHome } from './history.ts';
import { marks } from './marks.ts';
import { instance, page, routers, uplinkChoice } from './page.ts';
import { caps } from './quotas.ts';

const chart = { width: 16, height: 9 };
const side = { width: 8, height: 9 };

/** The start page of a household: the current rate, the month so far, and which devices. */
export function home(): Dashboard {
  return page({
    uid: 'wrtmeter-home',
    title: 'Home',
    description: 'The current rate of the Internet connection, its usage this month, and which devices used it.',
    from: 'now-24h',
    variables: [instance(), routers(), uplinkChoice()],
    marks: marks(here),
    panels: [
      rateNow(),
      monthSoFar(),
      billingPeriod(),
      onTheAir(),
      caps({ width: 24, height: 3 }),
      rateOverTime(),
      devicesByMonth(),
      devicesOverTime(),
      devicesNow(),
      daysOfHome({ width: 24, height: 8 }),
      deviceTable(),
      accountedFor(),
      accessPoints(),
    ],
  });
}

const here = 'router=~"$router"';
const wanRate = (way: 'download' | 'upload') => `sum(${rateOf(`wrtmeter_wan_${way}_bytes_total`, uplinks)}) * 8`;
const wanMonth = (way: 'download' | 'upload') => `sum(${one(`wrtmeter_wan_month_${way}_bytes`, uplinks)})`;

const rateNow = () =>
  numbers({
    title: 'Now',
    description: 'Current rate of the selected uplinks, averaged over the last few readings.',
    width: 6,
    height: 4,
    unit: unit.rate,
  })
    .timeFrom('5m')
    .hideTimeOverride(true)
    .targets(queries(now(wanRate('download'), 'Download'), now(wanRate('upload'), 'Upload')));

const monthSoFar = () =>
  numbers({
    title: 'Month so far',
    description:
      'Bytes of the selected uplinks since the start of their billing period, from the ledger: complete even if a router rebooted or Prometheus was down. 1 GiB is 1024³ bytes.',
    width: 6,
    height: 4,
    unit: unit.volume,
  }).targets(queries(now(wanMonth('download'), 'Download'), now(wanMonth('upload'), 'Upload')));

const billingPeriod = () =>
  numbers({
    title: 'Billing period',
    description:
      'First and last day of the billing period in the time zone of the exporter, and the estimated download plus upload at the end of the period if usage continues at the same pace. Less than a day of counting is treated as a whole day, so the estimate is low on the first day. If the selected uplinks have different periods, see the Exporter dashboard.',
    width: 6,
    height: 4,
    unit: unit.day,
  })
    .overrideByName('At this pace', [{ id: 'unit', value: unit.volume }])
    .targets(
      queries(
        now(firstDay(`(${agreed(period('start'))})`), 'First day'),
        now(lastDay(`(${agreed(period('end'))})`), 'Last day'),
        now(atThisPace(), 'At this pace'),
      ),
    );

const onTheAir = () =>
  numbers({
    title: 'On the air',
    description: 'Devices associated with an access point of the selected routers. The classic scripts do not report this.',
    width: 6,
    height: 4,
    unit: unit.count,
  })
    .noValue('–')
    .targets(
      queries(
        now(`count(${present('wrtmeter_station_connected_seconds', here, 'mac')}) or 0 * max(${airReported(`, ${here}`)})`, 'Devices'),
      ),
    );

const rateOverTime = () =>
  lines(
    {
      title: 'Internet',
      description: 'Total rate of the selected uplinks, from the point of view of the home: download is incoming.',
      ...chart,
      unit: unit.rate,
    },
    ['mean', 'max'],
  )
    .fillOpacity(25)
    .targets(queries(overTime(wanRate('download'), 'Download'), overTime(wanRate('upload'), 'Upload')));

const devicesByMonth = () =>
  ranking({
    title: 'Devices this month',
    description: 'The ten devices with the most bytes, download plus upload, in the current month.',
    ...side,
    unit: unit.volume,
  })
    .targets(queries(now(`sort_desc(topk(10, ${monthOf('', 'mac, hostname')}))`, '{{hostname}}')))
    .overrideByQuery('A', fromSeries);

const devicesOverTime = () =>
  stacked({
    title: 'Devices over time',
    description:
      'Both directions of the ten busiest devices in the selected time range, stacked; all other devices are one area. If the gateway counts hosts, this is Internet traffic only; otherwise it is all traffic of the access points, including traffic inside the home.',
    ...chart,
    unit: unit.rate,
  })
    .targets(
      queries(
        overTime(`${bothRates('mac, hostname')} * 8 and on (mac) ${busiest(10)}`, '{{hostname}}'),
        overTime(`sum(${bothRates('mac')} unless on (mac) ${busiest(10)}) * 8`, 'Other devices'),
      ),
    )
    .overrideByQuery('A', fromSeries)
    .overrideByName('Other devices', paint(colour.others));

const devicesNow = () =>
  ranking({
    title: 'Devices now',
    description: 'The ten busiest devices now, both directions, averaged over the last few readings.',
    ...side,
    unit: unit.rate,
  })
    .timeFrom('5m')
    .hideTimeOverride(true)
    .targets(queries(now(`sort_desc(topk(10, ${bothRates('mac, hostname')} * 8))`, '{{hostname}}')))
    .overrideByQuery('A', fromSeries);

const deviceTable = () =>
  grid(
    {
      title: 'All devices this month',
      description:
        'All devices with an account in the current month. The total has those bytes too of which no router knows the direction. The funnel in a column heading filters and searches; click a name to open its device.',
      width: 24,
      height: 15,
      unit: unit.text,
    },
    [
      field('hostname', 'Name', 0, unit.text, fromRow),
      field('Value #B', 'Download', 130, unit.volume, { id: 'decimals', value: 1 }, ...paint(colour.download)),
      field('Value #C', 'Upload', 120, unit.volume, { id: 'decimals', value: 1 }, ...paint(colour.upload)),
      field('Value #D', 'Total', 120, unit.volume, { id: 'decimals', value: 1 }, ...paint(colour.both)),
      field(
        'Value #E',
        'Share',
        200,
        unit.share,
        { id: 'decimals', value: 1 },
        { id: 'min', value: 0 },
        { id: 'max', value: 1 },
        ...paint(colour.both),
        {
          id: 'custom.cellOptions',
          value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' },
        },
      ),
      field('Value #F', 'Last seen', 170, unit.ago),
      field('ip', 'IP', 150, unit.text),
      field('mac', 'MAC', 170, unit.text),
    ],
    'Total',
  ).targets(
    queries(
      columns(ofMonth(`topk by (mac) (1, ${one('wrtmeter_device_info', '', 'mac, hostname, ip')})`)),
      columns(one('wrtmeter_device_month_download_bytes')),
      columns(one('wrtmeter_device_month_upload_bytes')),
      columns(monthOf()),
      columns(`${monthOf()} / on () group_left () sum(${monthOf()})`),
      columns(ofMonth(`${one('wrtmeter_device_last_seen_timestamp_seconds')} * 1000`)),
    ),
  );

const gateways = (what: string, way: 'download' | 'upload') => `sum(${one(`wrtmeter_router_${what}_month_${way}_bytes`, here)})`;
const hostBytes = `(${gateways('hosts', 'download')} + ${gateways('hosts', 'upload')})`;
const others = `(${gateways('unattributed', 'download')} + ${gateways('unattributed', 'upload')})`;

const accountedFor = () =>
  numbers({
    title: 'Uplinks compared with devices',
    description:
      "This month on the gateways that count hosts, download plus upload: what the uplinks carried, what the devices behind them moved, and the unattributed rest, for the time in which both were counted. The rest is the router's own traffic and the headers of the line. It is larger if a set on the router is full, or flow offloading hides traffic: run wrtmeter doctor to see the reason. Below zero, the devices have more: their VPN traffic is inside a tunnel on the uplink.",
    width: 24,
    height: 4,
    unit: unit.volume,
  })
    .noValue('no gateway counts hosts')
    .overrideByName('Unattributed share', [
      { id: 'unit', value: unit.share },
      { id: 'decimals', value: 1 },
    ])
    .targets(
      queries(
        now(`${hostBytes} + ${others}`, 'Uplinks'),
        now(hostBytes, 'Devices'),
        now(others, 'Unattributed'),
        now(`${others} / ((${hostBytes} + clamp_min(${others}, 0)) > 0)`, 'Unattributed share'),
      ),
    );

const accessPoints = () =>
  stacked({
    title: 'Devices on the air',
    description: 'Number of devices on each access point.',
    width: 24,
    height: 7,
    unit: unit.count,
  })
    .decimals(0)
    .noValue('No router reports what is on the air')
    .targets(queries(overTime(`count by (router) (${present('wrtmeter_station_connected_seconds', here, 'router, mac')})`, '{{router}}')));
