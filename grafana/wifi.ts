import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { fromRow, fromSeries } from './links.ts';
import { columns, now, overTime, queries, unit } from './look.ts';
import { page, routers } from './page.ts';
import { field, grid, lines, numbers, perMinute, stacked } from './panels.ts';
import { rateOf } from './queries.ts';

const here = 'router=~"$router"';
const half = { width: 12, height: 8 };

/** Who is on the air where, how well, and how they move about. */
export function wifi(): Dashboard {
  return page({
    uid: 'wrtmeter-wifi',
    title: 'Wi-Fi',
    description: 'The access points: who is on the air where, how loud, how fast the link is, and who moves from one to another.',
    from: 'now-6h',
    variables: [routers()],
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

const connected = `wrtmeter_station_connected_seconds{${here}}`;
/** Puts the name beside the MAC. Of two names at a change, one. */
const named = (expr: string) => `${expr} * on (mac) group_left (hostname) topk by (mac) (1, max by (mac, hostname) (wrtmeter_device_info))`;

const onTheAir = () =>
  numbers({
    title: 'On the air',
    description: 'Devices associated with an access point at this moment.',
    width: 6,
    height: 4,
    unit: unit.count,
  }).targets(queries(now(`count(group by (mac) (${connected}))`, 'Devices')));

const accessPoints = () =>
  numbers({
    title: 'Access points',
    description: 'Access points whose devices were read in the last round.',
    width: 6,
    height: 4,
    unit: unit.count,
  }).targets(queries(now(`sum(wrtmeter_source_success{source="stations", ${here}})`, 'Access points')));

const weak = () =>
  numbers({
    title: 'Heard weakly',
    description: 'Devices that every access point which has them hears below −75 dBm: expect low rates and dropped calls there.',
    width: 6,
    height: 4,
    unit: unit.count,
  }).targets(
    queries(now(`count(max by (mac) (wrtmeter_station_signal_dbm{${here}}) < -75) or 0 * count(group by (mac) (${connected}))`, 'Devices')),
  );

const airRate = (way: 'download' | 'upload', by = '') => `sum${by} (${rateOf(`wrtmeter_station_${way}_bytes_total`, here)})`;

const rateNow = () =>
  numbers({
    title: 'Now',
    description:
      'What the devices move over the air at this moment, traffic inside the home included, averaged over the last few readings.',
    width: 6,
    height: 4,
    unit: unit.rate,
  })
    .timeFrom('5m')
    .hideTimeOverride(true)
    .targets(queries(now(`${airRate('download')} * 8`, 'Download'), now(`${airRate('upload')} * 8`, 'Upload')));

const devicesByAccessPoint = () =>
  stacked({ title: 'Devices by access point', description: 'How many devices each access point serves.', ...half, unit: unit.count })
    .decimals(0)
    .targets(queries(overTime(`count by (router) (group by (router, mac) (${connected}))`, '{{router}}')));

const rateByAccessPoint = () =>
  stacked({
    title: 'Rate by access point',
    description: 'Download and upload together that each access point carries over the air, traffic inside the home included.',
    ...half,
    unit: unit.rate,
  }).targets(queries(overTime(`(${airRate('download', ' by (router)')} + ${airRate('upload', ' by (router)')}) * 8`, '{{router}}')));

const station = 'max by (router, interface, mac)';
const link = (way: 'download' | 'upload') => `wrtmeter_station_link_${way}_bytes_per_second{${here}}`;

const stationTable = () =>
  grid(
    {
      title: 'On the air now',
      description:
        'Every device on every radio, the weakest first. A device that moves is listed twice for a while: the access point it left takes some minutes to notice.',
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
      columns(named(`${station} (${connected})`)),
      columns(`${station} (wrtmeter_station_signal_dbm{${here}})`),
      columns(`${station} (${link('download')}) * 8`),
      columns(`${station} (${link('upload')}) * 8`),
    ),
  );

const signal = () =>
  lines({
    title: 'Signal',
    description: 'How loud the access point hears each device. Above −60 dBm is strong, below −75 dBm is weak.',
    ...half,
    unit: unit.signal,
  })
    .min(-95)
    .max(-25)
    .decimals(0)
    .fillOpacity(0)
    .targets(queries(overTime(named(`max by (router, mac) (wrtmeter_station_signal_dbm{${here}})`), '{{hostname}} at {{router}}')))
    .overrideByQuery('A', fromSeries);

const linkRate = () =>
  lines({
    title: 'Link rate',
    description: "What each device's radio link could carry towards it at best; real throughput is about half of it.",
    ...half,
    unit: unit.rate,
  })
    .fillOpacity(0)
    .targets(queries(overTime(named(`max by (router, mac) (${link('download')}) * 8`), '{{hostname}} at {{router}}')))
    .overrideByQuery('A', fromSeries);

const were = `wrtmeter_station_connected_seconds{${here}} offset $__rate_interval`;

const roaming = () =>
  perMinute({
    title: 'Roaming',
    description:
      'Devices that came to an access point from another one, by where they went, within the last few readings of each point. Many of one device: it stands between two access points.',
    ...half,
    unit: unit.count,
  })
    .decimals(0)
    .targets(
      queries(
        overTime(
          `count by (router) ((group by (router, mac) (${connected}) unless group by (router, mac) (${were})) and on (mac) group by (mac) (${were})) or 0 * count by (router) (${connected})`,
          'to {{router}}',
        ),
      ),
    );

const volumes = () =>
  lines({
    title: 'Rate of each device',
    description: 'Download and upload together of the ten devices that move most over the air now.',
    ...half,
    unit: unit.rate,
  })
    .targets(
      queries(
        overTime(
          `topk(10, (sum by (mac, hostname) (${rateOf('wrtmeter_station_download_bytes_total', here)}) + sum by (mac, hostname) (${rateOf('wrtmeter_station_upload_bytes_total', here)}))) * 8`,
          '{{hostname}}',
        ),
      ),
    )
    .overrideByQuery('A', fromSeries);
