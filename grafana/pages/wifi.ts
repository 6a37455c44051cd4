import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { fromRow, fromSeries } from '../panels/links.ts';
import { columns, now, overTime, queries, unit } from '../panels/look.ts';
import { field, grid, lines, numbers, perMinute, stacked } from '../panels/panels.ts';
import { orSayNone } from '../queries/queries.ts';
import { one, present, rateOf } from '../queries/series.ts';
import { marks } from './marks.ts';
import { instance, page, routers } from './page.ts';

const here = 'router=~"$router"';
const half = { width: 12, height: 8 };

/** Which devices are on the air at which access point, how well, and how they roam. */
export function wifi(): Dashboard {
  return page({
    uid: 'wrtmeter-wifi',
    title: 'Wi-Fi',
    description: 'The access points: which devices are on the air, their signal and link rate, and which devices roam.',
    from: 'now-6h',
    variables: [instance(), routers()],
    marks: marks(here),
    panels: [
      onTheAir(),
      accessPoints(),
      weak(),
      rateNow(),
      devicesByAccessPoint(),
      rateByAccessPoint(),
      stationTable(),
      signal(),
      linkRate(),
      roaming(),
      volumes(),
    ],
  });
}

const connected = (by: string, at?: string) => present('wrtmeter_station_connected_seconds', here, by, at);
/** Adds the name to the MAC. If a name just changed, only one of the two. */
const named = (expr: string) =>
  `${expr} * on (mac) group_left (hostname) topk by (mac) (1, ${one('wrtmeter_device_info', '', 'mac, hostname')})`;

const onTheAir = () =>
  numbers({
    title: 'On the air',
    description: 'Devices currently associated with an access point.',
    width: 6,
    height: 4,
    unit: unit.count,
  }).targets(queries(now(`count(${connected('mac')})`, 'Devices')));

const accessPoints = () =>
  numbers({
    title: 'Access points',
    description: 'Access points whose devices were read in the last round.',
    width: 6,
    height: 4,
    unit: unit.count,
  }).targets(queries(now(`sum(${one('wrtmeter_source_success', `source="stations", ${here}`)})`, 'Access points')));

const weak = () =>
  numbers({
    title: 'Weak signal',
    description: 'Devices whose best signal at any access point is below −75 dBm: expect low rates and dropped calls.',
    width: 6,
    height: 4,
    unit: unit.count,
  }).targets(queries(now(`count(${one('wrtmeter_station_signal_dbm', here, 'mac')} < -75) or 0 * count(${connected('mac')})`, 'Devices')));

const airRate = (way: 'download' | 'upload', by = '') => `sum${by} (${rateOf(`wrtmeter_station_${way}_bytes_total`, here)})`;

const rateNow = () =>
  numbers({
    title: 'Now',
    description: 'Current rate of the devices over Wi-Fi, including traffic inside the home, averaged over the last few readings.',
    width: 6,
    height: 4,
    unit: unit.rate,
  })
    .timeFrom('5m')
    .hideTimeOverride(true)
    .targets(queries(now(`${airRate('download')} * 8`, 'Download'), now(`${airRate('upload')} * 8`, 'Upload')));

const devicesByAccessPoint = () =>
  stacked({ title: 'Devices by access point', description: 'Number of devices on each access point.', ...half, unit: unit.count })
    .decimals(0)
    .targets(queries(overTime(`count by (router) (${connected('router, mac')})`, '{{router}}')));

const rateByAccessPoint = () =>
  stacked({
    title: 'Rate by access point',
    description: 'Download plus upload of each access point over Wi-Fi, including traffic inside the home.',
    ...half,
    unit: unit.rate,
  }).targets(queries(overTime(`(${airRate('download', ' by (router)')} + ${airRate('upload', ' by (router)')}) * 8`, '{{router}}')));

const signalOf = (by?: string) => one('wrtmeter_station_signal_dbm', here, by);
const link = (way: 'download' | 'upload', by?: string) => `${one(`wrtmeter_station_link_${way}_bytes_per_second`, here, by)} * 8`;

const stationTable = () =>
  grid(
    {
      title: 'On the air now',
      description:
        'Every device on every radio, the weakest signal first. A device that roams is listed twice for a while, because the access point it left takes some minutes to notice.',
      width: 24,
      height: 12,
      unit: unit.rate,
    },
    [
      field('hostname', 'Name', 0, unit.text, fromRow),
      field('router', 'Access point', 150, unit.text),
      field('interface', 'Radio', 120, unit.text),
      field('Value #B', 'Signal', 110, unit.signal, { id: 'decimals', value: 0 }),
      field('Value #C', 'Link down', 130, unit.rate),
      field('Value #D', 'Link up', 130, unit.rate),
      field('Value #A', 'Connected for', 150, unit.seconds),
      field('mac', 'MAC', 170, unit.text),
    ],
    'Signal',
    false,
  ).targets(
    queries(
      columns(named(one('wrtmeter_station_connected_seconds', here))),
      columns(signalOf()),
      columns(link('download')),
      columns(link('upload')),
    ),
  );

const signal = () =>
  lines({
    title: 'Signal',
    description: 'Signal strength of each device at the access point. Above −60 dBm is strong, below −75 dBm is weak.',
    ...half,
    unit: unit.signal,
  })
    .min(-95)
    .max(-25)
    .decimals(0)
    .fillOpacity(0)
    .targets(queries(overTime(named(signalOf('router, mac')), '{{hostname}} at {{router}}')))
    .overrideByQuery('A', fromSeries);

const linkRate = () =>
  lines({
    title: 'Link rate',
    description: 'Maximum download rate of the radio link of each device; real throughput is about half of it.',
    ...half,
    unit: unit.rate,
  })
    .fillOpacity(0)
    .targets(queries(overTime(named(link('download', 'router, mac')), '{{hostname}} at {{router}}')))
    .overrideByQuery('A', fromSeries);

const were = (by: string) => connected(by, ' offset $__rate_interval');

const roaming = () =>
  perMinute({
    title: 'Roaming',
    description:
      'Devices that moved from one access point to another, by destination (none if there were none), within the last few readings of each point in the graph. If one device moves often, it is between two access points.',
    ...half,
    unit: unit.count,
  })
    .decimals(0)
    .targets(
      queries(
        overTime(
          orSayNone(
            `count by (router) ((${connected('router, mac')} unless ${were('router, mac')}) and on (mac) ${were('mac')})`,
            'router',
            connected('router'),
          ),
          '{{router}}',
        ),
      ),
    );

const volumes = () =>
  lines({
    title: 'Rate of each device',
    description: 'Download plus upload of the ten devices with the highest Wi-Fi rate now.',
    ...half,
    unit: unit.rate,
  })
    .targets(
      queries(
        overTime(
          `topk(10, ${airRate('download', ' by (mac, hostname)')} + ${airRate('upload', ' by (mac, hostname)')}) * 8`,
          '{{hostname}}',
        ),
      ),
    )
    .overrideByQuery('A', fromSeries);
