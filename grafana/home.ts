import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { fromRow, fromSeries } from './links.ts';
import { colour, columns, now, overTime, paint, queries, unit } from './look.ts';
import { page, routers, uplinkChoice } from './page.ts';
import { field, grid, lines, numbers, ranking, stacked } from './panels.ts';
import {
  agreed,
  airTold,
  atThisPace,
  bothRates,
  busiest,
  firstDay,
  lastDay,
  monthOf,
  ofMonth,
  period,
  rateOf,
  uplinks,
} from './queries.ts';

const chart = { width: 16, height: 9 };
const side = { width: 8, height: 9 };

/** The page a household opens: how fast now, how much this month, and who. */
export function home(): Dashboard {
  return page({
    uid: 'wrtmeter-home',
    title: 'Home',
    description: 'How fast the Internet connection runs now, how much of it this month took, and which device it was.',
    from: 'now-24h',
    variables: [routers(), uplinkChoice()],
    panels: [
      rateNow(),
      monthSoFar(),
      billingPeriod(),
      onTheAir(),
      rateOverTime(),
      devicesByMonth(),
      devicesOverTime(),
      devicesNow(),
      deviceTable(),
      accountedFor(),
      accessPoints(),
    ],
  });
}

const wanRate = (way: 'download' | 'upload') => `sum(${rateOf(`wrtmeter_wan_${way}_bytes_total`, uplinks)}) * 8`;
const wanMonth = (way: 'download' | 'upload', by = '') => `sum${by} (wrtmeter_wan_month_${way}_bytes{${uplinks}})`;

const rateNow = () =>
  numbers({
    title: 'Now',
    description: 'What the selected uplinks carry at this moment, averaged over the last few readings.',
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
      'Bytes the selected uplinks carried since their billing period began, from the ledger: reboots of routers and pauses of Prometheus leave it whole. 1 GiB is 1024³ bytes.',
    width: 6,
    height: 4,
    unit: unit.volume,
  }).targets(queries(now(wanMonth('download'), 'Download'), now(wanMonth('upload'), 'Upload')));

const billingPeriod = () =>
  numbers({
    title: 'Billing period',
    description:
      'First and last day of the billing period, by the calendar of the meter, and what download and upload together will come to if the rest of it goes on like what was counted of it. Less than a day of counting is taken as a whole day, so the first day guesses low. Where the selected uplinks have different periods, each is listed on the page Exporter.',
    width: 9,
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
    description: 'Devices associated with an access point of the selected routers at this moment. The classic scripts do not tell.',
    width: 3,
    height: 4,
    unit: unit.count,
  })
    .noValue('–')
    .targets(
      queries(
        now(
          `count(group by (mac) (wrtmeter_station_connected_seconds{router=~"$router"})) or 0 * max(${airTold(', router=~"$router"')})`,
          'Devices',
        ),
      ),
    );

const rateOverTime = () =>
  lines(
    {
      title: 'Internet',
      description: 'Rate of the selected uplinks together, seen from the home: download is what came in.',
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
    description: 'The ten devices with the most bytes, download and upload together, in the running month.',
    ...side,
    unit: unit.volume,
  })
    .targets(queries(now(`sort_desc(topk(10, ${monthOf('mac, hostname')}))`, '{{hostname}}')))
    .overrideByQuery('A', fromSeries);

const devicesOverTime = () =>
  stacked({
    title: 'Devices over time',
    description:
      'Download and upload together of the ten busiest devices of the chosen time range, on top of each other; everybody else is one area. Where the gateway counts hosts, that is the Internet alone; else it is what the access points carry, traffic inside the home included.',
    ...chart,
    unit: unit.rate,
  })
    .targets(
      queries(
        overTime(`${bothRates('mac, hostname')} * 8 and on (mac) ${busiest(10)}`, '{{hostname}}'),
        overTime(`sum(${bothRates('mac')} unless on (mac) ${busiest(10)}) * 8`, 'Everybody else'),
      ),
    )
    .overrideByQuery('A', fromSeries)
    .overrideByName('Everybody else', paint(colour.others));

const devicesNow = () =>
  ranking({
    title: 'Devices now',
    description: 'The ten busiest devices at this moment, download and upload together, averaged over the last few readings.',
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
        'Every device with an account in the running month. The funnel in a heading filters and searches; a name opens the page of its device.',
      width: 24,
      height: 15,
      unit: unit.text,
    },
    [
      field('hostname', 'Name', 0, unit.text, fromRow),
      field('Value #B', 'Download', 130, unit.volume, { id: 'decimals', value: 1 }, ...paint(colour.download)),
      field('Value #C', 'Upload', 120, unit.volume, { id: 'decimals', value: 1 }, ...paint(colour.upload)),
      field(
        'Value #D',
        'Share',
        220,
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
      field('Value #E', 'Last seen', 170, unit.ago),
      field('ip', 'IP', 150, unit.text),
      field('mac', 'MAC', 170, unit.text),
    ],
    'Download',
  ).targets(
    queries(
      columns(ofMonth('topk by (mac) (1, max by (mac, hostname, ip) (wrtmeter_device_info))')),
      columns('sum by (mac) (wrtmeter_device_month_download_bytes)'),
      columns('sum by (mac) (wrtmeter_device_month_upload_bytes)'),
      columns(`${monthOf('mac')} / on () group_left () sum(${monthOf('mac')})`),
      columns(ofMonth('max by (mac) (wrtmeter_device_last_seen_timestamp_seconds) * 1000')),
    ),
  );

const hostBytes =
  '(sum(wrtmeter_router_hosts_month_download_bytes{router=~"$router"}) + sum(wrtmeter_router_hosts_month_upload_bytes{router=~"$router"}))';
const others =
  '(sum(wrtmeter_router_unattributed_month_download_bytes{router=~"$router"}) + sum(wrtmeter_router_unattributed_month_upload_bytes{router=~"$router"}))';

const accountedFor = () =>
  numbers({
    title: 'Uplinks against devices',
    description:
      "The month of the gateways that count hosts, download and upload together: what their uplinks carried, what the devices behind them moved, and what nobody accounts for. That is the router's own traffic and the headers of the line, and more where the counting began within the month, a set of the router is full, or flow offloading hides traffic: wrtmeter doctor tells. Below zero the devices have more: their VPN traffic is inside a tunnel on the uplink.",
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
        now(`${others} / (${hostBytes} + ${others} > 0)`, 'Unattributed share'),
      ),
    );

const accessPoints = () =>
  stacked({
    title: 'Devices on the air',
    description: 'How many devices each access point serves.',
    width: 24,
    height: 7,
    unit: unit.count,
  })
    .decimals(0)
    .targets(
      queries(overTime('count by (router) (group by (router, mac) (wrtmeter_station_connected_seconds{router=~"$router"}))', '{{router}}')),
    );
