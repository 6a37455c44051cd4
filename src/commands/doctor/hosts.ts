import { about, type Finding } from '../../domain/finding.ts';
import { NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { formatBytes } from '../../views/format.ts';
import { both } from '../../views/reconciliation/reasons.ts';
import type { Reconciliation } from '../../views/reconciliation/reconciliation.ts';
import { nameOf } from '../../views/view.ts';
import { formatShare } from './format.ts';
import type { LedgerSurvey, RouterSurvey, Survey } from './survey.ts';

/** What hosts' headers and the router's own traffic hardly ever reach. */
const MOST_SHARE = 0.15;
/** Figures below this are chance. */
const WORTH = 100 * 1024 * 1024;
/** Such a part of what is counted may be missing. */
const LITTLE = 0.01;
const DAY_MS = 86_400_000;

/** What is to be said of hosts, of what is counted twice or not at all, and of uplinks. */
export function hostFindings(survey: Survey): Finding[] {
  const { routers, ledger } = survey;
  return [
    ...accounting(survey),
    ...(ledger === null ? [] : twice(survey, ledger)),
    ...routers.flatMap(offload),
    ...routers.flatMap(overflow),
    ...(ledger?.reconciliations.flatMap((gateway) => [...direction(gateway), ...unattributed(gateway)]) ?? []),
    ...(ledger === null ? [] : uplinkDirection(ledger)),
  ];
}

type Hosts = Extract<NonNullable<ReturnType<RouterSurvey['status']['sources']['get']>>['observation'], { source: 'hosts' }>;

function hostsOf({ status }: RouterSurvey): Hosts | null {
  const observation = status.sources.get('hosts')?.observation;
  return observation?.source === 'hosts' ? observation : null;
}

/** Where device accounts get their bytes from, and whether anything comes from there. */
function accounting({ config, routers, ledger }: Survey): Finding[] {
  const counting = routers.filter((router) => hostsOf(router) !== null);
  const silent = routers.filter(({ status }) => !status.up || status.sources.get('hosts')?.error);
  const names = counting.map(({ config }) => config.name).join(', ');
  if (config.accounting === 'stations') {
    if (counting.length === 0) return [];
    const what = `${names} counts hosts, and accounting: stations leaves them out of the devices' figures`;
    const todo =
      'With accounting: auto devices on a cable have figures too, and a copy to a disk at home is in none. Leave it if you want it so.';
    return [about(null, 'advice', 'accounting', what, todo)];
  }
  // A router that does not answer may be the one that counts.
  if (counting.length > 0 || silent.length > 0) return [];
  const todo = `Let a gateway count them, "openwrt-cgi/install.sh --hosts root@ROUTER", or write accounting: stations.`;
  if (config.accounting === 'hosts') {
    return [
      about(null, 'failing', 'accounting', "No router counts hosts, and accounting: hosts takes the devices' bytes from there alone", todo),
    ];
  }
  if ((ledger?.books.hostsSince ?? 0) === 0) return [];
  const what = 'No router counts hosts any more, and devices are counted by them since one did: their figures stand still';
  return [about(null, 'failing', 'accounting', what, todo)];
}

/** A device account takes the bytes of every gateway that counts it. */
function twice({ routers, now }: Survey, ledger: LedgerSurvey): Finding[] {
  const counting = new Set(routers.filter((router) => hostsOf(router) !== null).map(({ config }) => config.name));
  if (counting.size < 2) return [];
  const seenBy = new Map<string, string[]>();
  for (const { kind, router, key, lastSeen } of ledger.books.accounts.values()) {
    if (kind === 'host' && counting.has(router) && now - lastSeen < DAY_MS) seenBy.set(key, [...(seenBy.get(key) ?? []), router]);
  }
  const shared = [...seenBy].filter(([, by]) => by.length > 1);
  if (shared.length === 0) return [];
  const by = [...new Set(shared.flatMap(([, by]) => by))];
  const names = shared.slice(0, 3).map(([mac]) => nameOf(ledger, mac));
  const what = `${by.join(' and ')} both count ${names.join(', ')}${shared.length > 3 ? ` and ${shared.length - 3} more` : ''}, whose figures are doubled`;
  const todo =
    'Only the gateway that leads to the Internet should count: "openwrt-cgi/install.sh --no-hosts root@ROUTER" stops it on the other.';
  return [about(null, 'wrong', 'counted_twice', what, todo)];
}

/** nlbwmon asks conntrack, which offloaded flows do not pass by. */
function offload(router: RouterSurvey): Finding[] {
  const { system } = router.status;
  const hosts = hostsOf(router);
  if (system === null || (!system.flowOffload.software && !system.flowOffload.hardware)) return [];
  const kind = system.flowOffload.hardware ? 'hardware' : 'software';
  const settings = kind === 'hardware' ? ['flow_offloading_hw', 'flow_offloading'] : ['flow_offloading'];
  const off = settings.map((name) => `uci set firewall.@defaults[0].${name}=0`).join('; ');
  const todo = `Turn it off on the router, if its processor can do without: ${off}; uci commit firewall; service firewall restart. Or install nlbwmon there, which counts offloaded flows too.`;
  if (hosts !== null && hosts.method !== 'nlbwmon') {
    const what = `${kind} flow offloading is on: most packets pass the counters of hosts by, and their figures are far too low`;
    return [about(router.config.name, 'wrong', `${kind}_offload`, what, todo)];
  }
  if (kind === 'software' || hosts !== null) return [];
  const what = 'hardware flow offloading is on: some drivers hide such packets from the counters of the uplink and the Wi-Fi too';
  return [
    about(
      router.config.name,
      'advice',
      'hardware_offload',
      what,
      'Compare its uplink with the figures of your provider; if they are low, turn it off.',
    ),
  ];
}

/** A little is usual with iptables: a rule comes a while after its address. */
function overflow(router: RouterSurvey): Finding[] {
  const hosts = hostsOf(router);
  const uncounted = hosts?.uncounted ?? NOTHING;
  const counted = hosts === null ? 0 : total(hosts.hosts.map(({ bytes }) => bytes).reduce(plus, NOTHING));
  if (hosts === null || total(uncounted) < WORTH / 10 || total(uncounted) < LITTLE * (counted + total(uncounted))) return [];
  const what = `it had no ${hosts.method === 'iptables' ? 'rule' : 'room'} for the addresses of ${both(uncounted)}, since its counting began`;
  const size = hosts.method === 'iptables' ? 2048 : 16384;
  const todo = `Make room on the router: uci set wrtmeter.hosts.size=${size}; uci commit wrtmeter; /etc/init.d/wrtmeter reload. Are there so many hosts? Else one of them makes addresses up.`;
  return [about(router.config.name, 'wrong', 'overflow', what, todo)];
}

/** Counters whose two directions were taken for each other, as iptmon's names invite to. */
function direction({ router, wan, hosts }: Reconciliation): Finding[] {
  if (total(wan) < WORTH || total(hosts) < WORTH || !opposite(wan, hosts)) return [];
  const what = `its hosts upload what its uplink downloads (hosts ${both(hosts)}, uplink ${both(wan)})`;
  const todo =
    "The hosts' counters are the wrong way round: if another program made the rules (iptmon), let install.sh put ours in their place; else tell us what counts them.";
  return [about(router, 'wrong', 'hosts_direction', what, todo)];
}

const opposite = (a: Traffic, b: Traffic): boolean =>
  (a.download > 3 * a.upload && b.upload > 3 * b.download) || (a.upload > 3 * a.download && b.download > 3 * b.upload);

/** An uplink that sends much more than it receives is rare, and one whose directions are swapped is not. */
function uplinkDirection({ books }: LedgerSurvey): Finding[] {
  return [...books.accounts.values()].flatMap(({ kind, router, interface: name, overlay, month }) => {
    if (kind !== 'wan' || overlay || month.upload < WORTH || month.upload < 5 * month.download) return [];
    const times = month.download === 0 ? 'and downloads nothing' : `${Math.round(month.upload / month.download)} times what it downloads`;
    const what = `uplink ${name} has uploaded ${formatBytes(month.upload)} this month, ${times}`;
    const todo =
      'Right for a server or a backup to a cloud. Else the configured script counts another interface than the uplink, such as the LAN.';
    return [about(router, 'wrong', 'uplink_direction', what, todo)];
  });
}

function unattributed({ router, wan, rest, restShare, reasons }: Reconciliation): Finding[] {
  if (restShare === null || total(wan) < WORTH || Math.abs(total(rest)) < WORTH / 10) return [];
  if (restShare >= -0.05 && restShare <= MOST_SHARE) return [];
  const likely = reasons.filter(({ kind }) => kind !== 'own' && kind !== 'counted_since' && kind !== 'peers');
  const why = likely.length === 0 ? '' : `Likely: ${likely.map(({ text }) => text).join('; ')}. `;
  if (restShare < 0) {
    const what = `its hosts have ${formatShare(-restShare)} more than its uplink carried this month`;
    return [about(router, 'wrong', 'hosts_exceed', what, `${why}docs/hosts.md tells what that may be.`)];
  }
  const what = `${formatShare(restShare)} of what its uplink carried this month belongs to no host (${both(positive(rest))})`;
  const todo =
    likely.length === 0
      ? 'Usual are 1 to 5 %. Does the router itself move much (a VPN, a proxy, downloads, a disk)? docs/hosts.md tells how to find it.'
      : why;
  return [about(router, 'wrong', 'unattributed', what, todo.trim())];
}

const positive = ({ download, upload }: Traffic): Traffic => ({ download: Math.max(0, download), upload: Math.max(0, upload) });
