import { DAY_MS } from '../../domain/calendar.ts';
import { about, type Finding, INSTALL_SCRIPT } from '../../domain/finding.ts';
import type { Units } from '../../domain/people/units.ts';
import { NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { accountKey, deviceAccount } from '../../ledger/account.ts';
import { bytesIn, formatShare } from '../../views/format.ts';
import { both } from '../../views/reconciliation/reasons.ts';
import type { Reconciliation } from '../../views/reconciliation/reconciliation.ts';
import { nameOf } from '../../views/view.ts';
import type { LedgerSurvey, RouterSurvey, Survey } from './survey.ts';

/** Link-layer headers and the router's own bytes rarely exceed this share. */
const MOST_SHARE = 0.15;
/** Smaller figures are too small to judge. */
const WORTH = 100 * 1024 * 1024;
/** Uncounted bytes below this share are acceptable. */
const LITTLE = 0.01;

/** Findings about hosts, about bytes counted twice or not at all, and about uplinks. */
export function hostFindings(survey: Survey): Finding[] {
  const { routers, ledger } = survey;
  const { units } = survey.config;
  return [
    ...accounting(survey),
    ...(ledger === null ? [] : twice(survey, ledger)),
    ...undirectedTwice(survey),
    ...routers.flatMap(offload),
    ...routers.flatMap((router) => overflow(router, units)),
    ...(ledger?.reconciliations.flatMap((gateway) => [...direction(gateway, units), ...unattributed(gateway, units)]) ?? []),
    ...(ledger === null ? [] : uplinkDirection(ledger, units)),
  ];
}

type Hosts = Extract<NonNullable<ReturnType<RouterSurvey['status']['sources']['get']>>['observation'], { source: 'hosts' }>;

function hostsOf({ status }: RouterSurvey): Hosts | null {
  const observation = status.sources.get('hosts')?.observation;
  return observation?.source === 'hosts' ? observation : null;
}

/** Whether the source that device accounts use has any bytes. */
function accounting({ config, routers, ledger }: Survey): Finding[] {
  const counting = routers.filter((router) => hostsOf(router) !== null);
  const silent = routers.filter(({ status }) => !status.up || status.sources.get('hosts')?.error);
  const names = counting.map(({ config }) => config.name).join(', ');
  if (config.accounting === 'stations') {
    if (counting.length === 0) return [];
    const what = `Hosts are counted on ${names}, but accounting: stations leaves them out of device figures`;
    const todo =
      'With accounting: auto, wired devices have figures too, and copies within the LAN are not counted. Keep the setting if you want that.';
    return [about(null, 'advice', 'accounting', what, todo)];
  }
  // A router that does not answer may be the one that counts hosts.
  if (counting.length > 0 || silent.length > 0) return [];
  const todo = `Count hosts on a gateway with "${INSTALL_SCRIPT} --hosts root@ROUTER", or set accounting: stations.`;
  if (config.accounting === 'hosts') {
    return [about(null, 'failing', 'accounting', 'No router counts hosts, but accounting: hosts takes device bytes only from hosts', todo)];
  }
  if ((ledger?.books.hostsSince ?? 0) === 0) return [];
  const what = 'No router counts hosts any longer, but device bytes come from hosts since one did: device figures do not grow';
  return [about(null, 'failing', 'accounting', what, todo)];
}

/** A device account adds up the bytes of every gateway that counts the device. */
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
  const names = shared.slice(0, MOST_NAMES).map(([mac]) => nameOf(ledger, mac));
  const what = `${by.join(' and ')} both count ${textOf(names, shared.length)}, so their figures are doubled`;
  const todo = `Only the gateway to the Internet should count hosts: stop the other one with "${INSTALL_SCRIPT} --no-hosts root@ROUTER".`;
  return [about(null, 'wrong', 'counted_twice', what, todo)];
}

/** What a device used without directions is the sum over all routers that list it, unless something counts it with them. */
function undirectedTwice({ routers, ledger }: Survey): Finding[] {
  const seenBy = new Map<string, string[]>();
  for (const { config, status } of routers) {
    const observation = status.sources.get('statistics')?.observation;
    const macs = observation?.source === 'statistics' ? observation.machines.map(({ mac }) => mac) : [];
    for (const mac of new Set(macs)) seenBy.set(mac, [...(seenBy.get(mac) ?? []), config.name]);
  }
  const isDirected = (mac: string) => ledger?.books.accounts.has(accountKey(deviceAccount(mac))) ?? false;
  const shared = [...seenBy].filter(([mac, by]) => by.length > 1 && !isDirected(mac));
  if (shared.length === 0) return [];
  const by = [...new Set(shared.flatMap(([, by]) => by))];
  const names = shared.slice(0, MOST_NAMES).map(([mac]) => (ledger === null ? mac : nameOf(ledger, mac)));
  const what = `${by.join(' and ')} both list ${textOf(names, shared.length)}, so their undirected bytes are added twice`;
  return [
    about(
      null,
      'wrong',
      'counted_twice',
      what,
      'Read the one that routes, and remove the access points behind it (docs/routers/tplink.md).',
    ),
  ];
}

const MOST_NAMES = 3;

const textOf = (names: readonly string[], all: number): string =>
  `${names.join(', ')}${all > names.length ? ` and ${all - names.length} more` : ''}`;

/** nlbwmon reads conntrack, which sees offloaded flows too. */
function offload(router: RouterSurvey): Finding[] {
  const { system } = router.status;
  const hosts = hostsOf(router);
  if (!system?.flowOffload?.software && !system?.flowOffload?.hardware) return [];
  const kind = system.flowOffload.hardware ? 'hardware' : 'software';
  const settings = kind === 'hardware' ? ['flow_offloading_hw', 'flow_offloading'] : ['flow_offloading'];
  const off = settings.map((name) => `uci set firewall.@defaults[0].${name}=0`).join('; ');
  const todo = `Turn it off on the router if its CPU is fast enough without it: ${off}; uci commit firewall; service firewall restart. Or install nlbwmon there, which counts offloaded flows too.`;
  if (hosts !== null && hosts.method !== 'nlbwmon') {
    const what = `${kind} flow offloading is on: most packets bypass the host counters, so host figures are far too low`;
    return [about(router.config.name, 'wrong', `${kind}_offload`, what, todo)];
  }
  if (kind === 'software' || hosts !== null) return [];
  const what = 'hardware flow offloading is on: some drivers hide offloaded packets from the uplink and Wi-Fi counters too';
  return [
    about(
      router.config.name,
      'advice',
      'hardware_offload',
      what,
      "Compare its uplink with your provider's figures; if it is too low, turn offloading off.",
    ),
  ];
}

/** A few uncounted bytes are normal with iptables: the rule is added some time after the address appears. */
function overflow(router: RouterSurvey, units: Units): Finding[] {
  const hosts = hostsOf(router);
  const uncounted = hosts?.uncounted ?? NOTHING;
  const counted = hosts === null ? 0 : total(hosts.hosts.map(({ bytes }) => bytes).reduce(plus, NOTHING));
  if (hosts === null || total(uncounted) < WORTH / 10 || total(uncounted) < LITTLE * (counted + total(uncounted))) return [];
  const what = `no ${hosts.method === 'iptables' ? 'rule' : 'room'} for some addresses: ${both(uncounted, bytesIn(units))} not counted since counting began`;
  const size = hosts.method === 'iptables' ? 2048 : 16384;
  const todo = `Make room on the router: uci set wrtmeter.hosts.size=${size}; uci commit wrtmeter; /etc/init.d/wrtmeter reload. If there are not that many hosts, one of them makes up addresses.`;
  return [about(router.config.name, 'wrong', 'overflow', what, todo)];
}

/** Counters with swapped directions; the names in iptmon make that mistake easy. */
function direction({ router, wan, hosts }: Reconciliation, units: Units): Finding[] {
  if (total(wan) < WORTH || total(hosts) < WORTH || !opposite(wan, hosts)) return [];
  const what = `hosts upload what the uplink downloads (hosts ${both(hosts, bytesIn(units))}, uplink ${both(wan, bytesIn(units))})`;
  const todo = `The host counters are swapped. If another program made the rules (iptmon), run "${INSTALL_SCRIPT} root@ROUTER" to replace them; otherwise report what counts the hosts.`;
  return [about(router, 'wrong', 'hosts_direction', what, todo)];
}

const opposite = (a: Traffic, b: Traffic): boolean =>
  (a.download > 3 * a.upload && b.upload > 3 * b.download) || (a.upload > 3 * a.download && b.download > 3 * b.upload);

/** An uplink rarely sends much more than it receives; swapped directions are more likely. */
function uplinkDirection({ books }: LedgerSurvey, units: Units): Finding[] {
  return [...books.accounts.values()].flatMap(({ kind, router, interface: name, overlay, month }) => {
    if (kind !== 'wan' || overlay || month.upload < WORTH || month.upload < 5 * month.download) return [];
    const times = month.download === 0 ? 'and downloaded nothing' : `${Math.round(month.upload / month.download)} times what it downloaded`;
    const what = `uplink ${name} has uploaded ${bytesIn(units)(month.upload)} this month, ${times}`;
    const todo =
      'This is normal for a server or a cloud backup. Otherwise, the configured script counts an interface that is not the uplink, such as the LAN.';
    return [about(router, 'wrong', 'uplink_direction', what, todo)];
  });
}

function unattributed({ router, wan, rest, restShare, reasons }: Reconciliation, units: Units): Finding[] {
  if (restShare === null || total(wan) < WORTH || Math.abs(total(rest)) < WORTH / 10) return [];
  if (restShare >= -0.05 && restShare <= MOST_SHARE) return [];
  const likely = reasons.filter(({ kind }) => kind !== 'own' && kind !== 'counted_since' && kind !== 'peers');
  const why = likely.length === 0 ? '' : `Likely: ${likely.map(({ text }) => text).join('; ')}. `;
  if (restShare < 0) {
    const what = `${formatShare(-restShare)} of what hosts moved this month did not cross the uplink`;
    return [about(router, 'wrong', 'hosts_exceed', what, `${why}See docs/use/hosts.md for possible causes.`)];
  }
  const what = `${formatShare(restShare)} of what the uplink carried this month belongs to no host (${both(positive(rest), bytesIn(units))})`;
  const todo =
    likely.length === 0
      ? '1 to 5 % is normal. Does the router itself move many bytes (a VPN, a proxy, downloads, a disk)? See docs/use/hosts.md for how to find out.'
      : why;
  return [about(router, 'wrong', 'unattributed', what, todo.trim())];
}

const positive = ({ download, upload }: Traffic): Traffic => ({ download: Math.max(0, download), upload: Math.max(0, upload) });
