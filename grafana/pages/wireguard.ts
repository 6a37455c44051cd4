import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour, columns, now, overTime, queries, states, thresholds, unit } from '../panels/look.ts';
import { bands, field, grid, hidden, lines, numbers, ranking, stacked } from '../panels/panels.ts';
import { one, rateOf } from '../queries/series.ts';
import { marks } from './marks.ts';
import { instance, page, servers } from './page.ts';

const here = 'router=~"$server"';
const peer = 'router, interface, public_key';

/** The peers of WireGuard and AmneziaWG servers: who is online, how much they move, who is revoked. */
export function wireguard(): Dashboard {
  return page({
    uid: 'wrtmeter-wireguard',
    title: 'WireGuard',
    description: 'The peers of WireGuard and AmneziaWG servers: who is online, how fast, how much this month, and who is revoked.',
    from: 'now-24h',
    variables: [instance(), servers()],
    marks: marks(here),
    panels: [count(), rateNow(), monthSoFar(), rateOverTime(), peersByMonth(), peerTable(), onlineOverTime(), month()],
  });
}

type Way = 'download' | 'upload';
const info = (labels = '', by = peer) => one('wrtmeter_wireguard_peer_info', `${here}${labels}`, by);
const rate = (way: Way, by = '') => `sum${by} (${rateOf(`wrtmeter_wireguard_peer_${way}_bytes_total`, here)})`;
const volume = (way: Way, by = peer) => one(`wrtmeter_wireguard_peer_month_${way}_bytes`, here, by);
const handshake = one('wrtmeter_wireguard_peer_latest_handshake_timestamp_seconds', here);
/** Peers make a new handshake every two minutes while they are online. */
const isOnline = `(time() - ${handshake} < 300 and on (${peer}) ${info(', state="active"')})`;
/** Zero if there are peers, but none of this kind. */
const orNone = `or 0 * count(${info()})`;

const count = () =>
  numbers({
    title: 'Peers',
    description:
      'Peers with a handshake within the last five minutes, all peers of the servers including revoked ones, and those that are revoked and can be restored.',
    width: 8,
    height: 4,
    unit: unit.count,
  }).targets(
    queries(
      now(`count(${isOnline}) ${orNone}`, 'Online'),
      now(`count(${info(', state!="gone"')})`, 'All'),
      now(`count(${info(', state="revoked"')}) ${orNone}`, 'Revoked'),
    ),
  );

const rateNow = () =>
  numbers({
    title: 'Now',
    description: 'Current rate of all peers, from their point of view, averaged over the last few readings.',
    width: 8,
    height: 4,
    unit: unit.rate,
  })
    .timeFrom('5m')
    .hideTimeOverride(true)
    .targets(queries(now(`${rate('download')} * 8`, 'Download'), now(`${rate('upload')} * 8`, 'Upload')));

const monthSoFar = () =>
  numbers({
    title: 'Month so far',
    description: 'Bytes of all peers since the start of the month, from the ledger: complete even if an interface restarted.',
    width: 8,
    height: 4,
    unit: unit.volume,
  }).targets(queries(now(`sum(${volume('download')})`, 'Download'), now(`sum(${volume('upload')})`, 'Upload')));

const rateOverTime = () =>
  stacked({
    title: 'Peers over time',
    description: 'Download plus upload of each peer, stacked.',
    width: 16,
    height: 9,
    unit: unit.rate,
  }).targets(queries(overTime(`(${rate('download', ` by (${peer}, name)`)} + ${rate('upload', ` by (${peer}, name)`)}) * 8`, '{{name}}')));

const peersByMonth = () =>
  ranking({
    title: 'Peers this month',
    description: 'The ten peers with the most bytes, download plus upload, in the current month.',
    width: 8,
    height: 9,
    unit: unit.volume,
  }).targets(
    queries(now(`sort_desc(topk(10, ${volume('download', `${peer}, name`)} + ${volume('upload', `${peer}, name`)}))`, '{{name}}')),
  );

const peerTable = () =>
  grid(
    {
      title: 'All peers',
      description: 'All peers with their month. A revoked peer keeps its figures and continues from them when it is restored.',
      width: 24,
      height: 11,
      unit: unit.text,
    },
    [
      field('name', 'Name', 0, unit.text),
      field('router', 'Server', 130, unit.text),
      field('interface', 'Interface', 110, unit.text),
      field('state', 'State', 110, unit.text),
      field('Value #B', 'Last handshake', 170, unit.ago),
      field('Value #C', 'Download', 130, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #D', 'Upload', 130, unit.volume, { id: 'decimals', value: 1 }),
      field('allowed_ips', 'Addresses', 0, unit.text),
      field('public_key', 'Public key', 220, unit.text),
    ],
    'Download',
  ).targets(
    queries(
      columns(info('', `${peer}, name, allowed_ips, state`)),
      columns(`(${handshake} > 0) * 1000`),
      columns(volume('download')),
      columns(volume('upload')),
    ),
  );

const onlineOverTime = () =>
  bands({
    title: 'Online over time',
    description: 'When each peer was online, with a handshake in the five minutes before. A gap means that its server could not be read.',
    width: 12,
    height: 9,
    unit: unit.count,
  })
    .mappings(states({ 1: ['online', colour.good], 0: ['away', 'transparent'] }))
    .thresholds(thresholds([null, 'transparent'], [1, colour.good]))
    .legend(hidden())
    .targets(
      queries(
        overTime(
          `max by (name) ((time() - ${handshake} < bool 300) * on (${peer}) group_left (name) topk by (${peer}) (1, ${info(', state="active"', `${peer}, name`)}))`,
          '{{name}}',
        ),
      ),
    );

const month = () =>
  lines({
    title: 'Month over time',
    description: 'Bytes of all peers since the start of the month; starts at zero each month. Always shows the last 31 days.',
    width: 12,
    height: 9,
    unit: unit.volume,
  })
    .fillOpacity(20)
    .timeFrom('31d')
    .targets(queries(overTime(`sum(${volume('download')})`, 'Download'), overTime(`sum(${volume('upload')})`, 'Upload')));
