import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour, columns, now, overTime, paint, queries, states, thresholds, unit } from '../panels/look.ts';
import { bands, field, grid, hidden, lines, numbers, words } from '../panels/panels.ts';
import { airReported, monthOf } from '../queries/queries.ts';
import { one, rateOf } from '../queries/series.ts';
import { daysOfDevice, monthsOfDevice } from './history.ts';
import { marks } from './marks.ts';
import { devices, instance, page } from './page.ts';

const mac = 'mac="$mac"';

/** One device: volume, rate and access points. All queries select by MAC, so a changed name or a second router does not split the device. */
export function device(): Dashboard {
  return page({
    uid: 'wrtmeter-device',
    title: 'Device',
    description: 'One device: its rate, its days and months, and the access points that serve it.',
    from: 'now-24h',
    variables: [instance(), devices()],
    marks: marks(),
    panels: [
      rateNow(),
      monthSoFar(),
      share(),
      lastSeen(),
      servedBy(),
      identity(),
      rateOverTime(),
      daysOfDevice(half),
      monthsOfDevice(half),
      month(),
      accessPoints(),
      signal(),
      linkRate(),
    ],
  });
}

type Way = 'download' | 'upload';
type Figure = Way | 'undirected';
const rate = (figure: Figure) => `sum(${rateOf(`wrtmeter_device_${figure}_bytes_total`, mac)}) * 8`;
const volume = (figure: Figure) => `sum(${one(`wrtmeter_device_month_${figure}_bytes`, mac)})`;
/** Of a device that only a router without directions counts, there is nothing else. */
const ONE_FIGURE = 'In one figure';
const link = (way: Way) => `max(${one(`wrtmeter_station_link_${way}_bytes_per_second`, mac)}) * 8`;
/** What charts of the radio say instead of empty axes. */
const NO_AIR = 'No access point has seen it on the air in this time';
const half = { width: 12, height: 8 };

const rateNow = () =>
  numbers({
    title: 'Now',
    description:
      'Current rate of the device, averaged over the last few readings. In one figure: both directions, from a router that does not tell them apart.',
    width: 6,
    height: 4,
    unit: unit.rate,
  })
    .timeFrom('5m')
    .hideTimeOverride(true)
    .overrideByName(ONE_FIGURE, paint(colour.both))
    .targets(queries(now(rate('download'), 'Download'), now(rate('upload'), 'Upload'), now(rate('undirected'), ONE_FIGURE)));

const monthSoFar = () =>
  numbers({
    title: 'Month so far',
    description:
      'Bytes of the device since the start of the month. The total has those too of which no router knows the direction. 1 GiB is 1024³ bytes.',
    width: 6,
    height: 4,
    unit: unit.volume,
  }).targets(queries(now(volume('download'), 'Download'), now(volume('upload'), 'Upload'), now(`sum(${monthOf(mac)})`, 'Total')));

const share = () =>
  numbers({
    title: 'Share of the month',
    description: 'Share of this device in the bytes of all devices this month.',
    width: 6,
    height: 4,
    unit: unit.share,
  })
    .decimals(1)
    .targets(queries(now(`sum(${monthOf(mac)}) / sum(${monthOf()})`, 'Share')));

const lastSeen = () =>
  numbers({ title: 'Last seen', description: 'When a router last saw the device.', width: 6, height: 4, unit: unit.ago })
    .textMode(common.BigValueTextMode.Value)
    .targets(queries(now(`max(${one('wrtmeter_device_last_seen_timestamp_seconds', mac)}) * 1000`, 'Last seen')));

const servedBy = () =>
  words(
    {
      title: 'Access point',
      description: 'The access point that serves the device now. If two report it, the newer association.',
      width: 6,
      height: 4,
      unit: unit.text,
    },
    'router',
  )
    .noValue('not on the air')
    .targets(queries(columns(`bottomk(1, ${one('wrtmeter_station_connected_seconds', mac, 'router')})`)));

const identity = () =>
  grid(
    {
      title: 'Known as',
      description:
        'What the routers know about the device. A private address is made up by the device: if it changes, the device appears as a new one.',
      width: 18,
      height: 4,
      unit: unit.text,
    },
    [
      field('hostname', 'Name', 0, unit.text),
      field('ip', 'IP', 150, unit.text),
      field('mac', 'MAC', 170, unit.text),
      field('randomized', 'Private address', 150, unit.text, {
        id: 'mappings',
        value: states({ true: ['yes', colour.quiet], false: ['no', colour.quiet], 1: ['yes', colour.quiet], 0: ['no', colour.quiet] }),
      }),
      field('user', 'User', 0, unit.text),
    ],
    'Name',
    false,
  )
    .filterable(false)
    .targets(queries(columns(`topk by (mac) (1, ${one('wrtmeter_device_info', mac, 'mac, hostname, ip, user, randomized')})`)));

const rateOverTime = () =>
  lines(
    {
      title: 'Rate',
      description: 'Download and upload from the point of view of the device; in one figure where a router does not tell them apart.',
      width: 24,
      height: 9,
      unit: unit.rate,
    },
    ['mean', 'max'],
  )
    .fillOpacity(25)
    .overrideByName(ONE_FIGURE, paint(colour.both))
    .targets(queries(overTime(rate('download'), 'Download'), overTime(rate('upload'), 'Upload'), overTime(rate('undirected'), ONE_FIGURE)));

const accessPoints = () =>
  bands({
    title: 'Access points',
    description: 'Which access point served the device. A gap means that the access point could not be read.',
    ...half,
    unit: unit.count,
  })
    .mappings(states({ 1: ['here', colour.good], 0: ['elsewhere', 'transparent'] }))
    .thresholds(thresholds([null, 'transparent'], [1, colour.good]))
    .legend(hidden())
    .noValue(NO_AIR)
    .targets(
      queries(overTime(`(${one('wrtmeter_station_connected_seconds', mac, 'router')} >= bool 0) or 0 * (${airReported()})`, '{{router}}')),
    );

const month = () =>
  lines({
    title: 'Month over time',
    description: 'Bytes since the start of the month; starts at zero each month. Always shows the last 31 days.',
    ...half,
    unit: unit.volume,
  })
    .fillOpacity(20)
    .timeFrom('31d')
    .overrideByName(ONE_FIGURE, paint(colour.both))
    .targets(
      queries(overTime(volume('download'), 'Download'), overTime(volume('upload'), 'Upload'), overTime(volume('undirected'), ONE_FIGURE)),
    );

const signal = () =>
  lines({
    title: 'Signal',
    description: 'Signal strength at the access point. Above −60 dBm is strong, below −75 dBm is weak: expect low rates and dropped calls.',
    ...half,
    unit: unit.signal,
  })
    .min(-95)
    .max(-25)
    .decimals(0)
    .fillOpacity(0)
    .lineWidth(2)
    .noValue(NO_AIR)
    .targets(queries(overTime(one('wrtmeter_station_signal_dbm', mac, 'router, interface'), '{{router}} {{interface}}')));

const linkRate = () =>
  lines({
    title: 'Link rate',
    description: 'Maximum rate of the radio link; real throughput is about half of it.',
    ...half,
    unit: unit.rate,
  })
    .fillOpacity(0)
    .lineWidth(2)
    .noValue(NO_AIR)
    .targets(queries(overTime(link('download'), 'Download'), overTime(link('upload'), 'Upload')));
