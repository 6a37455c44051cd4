import { CLASSIC_SOURCES, type Config, type RouterConfig } from '../config/config.ts';
import { newStatus, type RouterStatus } from '../domain/status.ts';
import type { LedgerTerms } from '../ledger/ledger.ts';
import { classicProbes } from '../sources/openwrt/classic.ts';
import { hostsProbe, wrtmeterProbe } from '../sources/openwrt/wrtmeter.ts';
import type { Probe } from '../sources/source.ts';
import { wireguardProbe } from '../sources/wireguard/probe.ts';
import { httpReader } from '../transports/http.ts';
import type { Alias, PeerName } from '../views/view.ts';
import { machineOf } from './machines.ts';

/** Bounds what an attacker who invents MACs can make the ledger hold. */
const MOST_ACCOUNTS = 50_000;
const MOST_NEW_ACCOUNTS = 15_000;

/** The requests that read a router as it is configured. */
export function probesOf(router: RouterConfig): Probe[] {
  const { wireguard } = router;
  if (wireguard === null) return requestsOf(router);
  const { machine, asRoot, place } = machineOf(wireguard);
  const { tool, interfaces, configFile } = wireguard;
  const readsSystem = router.requests.kind !== 'wrtmeter';
  // Its script may tell of the same peers: they would be counted twice.
  return [
    ...requestsOf(router).map(withoutPeers),
    wireguardProbe({ place, run: machine.each, asRoot, tool, interfaces, configFile, readsSystem: readsSystem }),
  ];
}

function requestsOf({ requests, credentials, tls, counterBits }: RouterConfig): Probe[] {
  const read = httpReader({ credentials, tls });
  switch (requests.kind) {
    case 'none':
      return [];
    case 'wrtmeter':
      return [wrtmeterProbe(requests.url, read, counterBits)];
    case 'classic': {
      const hosts = requests.hosts === undefined ? [] : [hostsProbe(requests.hosts, read)];
      return [...classicProbes(requests, read, counterBits ?? 64), ...hosts];
    }
    default:
      return requests satisfies never;
  }
}

const withoutPeers = (probe: Probe): Probe => ({
  origin: probe.origin,
  // They change with what a router tells.
  get sources() {
    return probe.sources.filter((source) => source !== 'peers');
  },
  collect: async (signal) => {
    const result = await probe.collect(signal);
    return { ...result, sources: result.sources.filter(({ source }) => source !== 'peers') };
  },
});

/** A router's status before it was read. */
export function statusOf(router: RouterConfig, probes: readonly Probe[]): RouterStatus {
  return newStatus(
    router.name,
    addressesOf(router),
    probes.flatMap((probe) => probe.sources),
  );
}

function addressesOf({ requests, wireguard }: RouterConfig): string[] {
  const server = wireguard === null ? [] : [machineOf(wireguard).address];
  switch (requests.kind) {
    case 'none':
      return server;
    case 'wrtmeter':
      return [requests.url, ...server];
    case 'classic':
      return [...CLASSIC_SOURCES.map((source) => requests[source]).filter((url) => url !== undefined), ...server];
    default:
      return requests satisfies never;
  }
}

/** The rules of the ledger as the configuration wants them. */
export function termsOf(config: Config): LedgerTerms {
  const rates = new Map(config.routers.map((router) => [router.name, router.lineRate]));
  const own = config.routers.filter(({ billing }) => billing.day !== config.billing.day);
  return {
    timezone: config.timezone,
    billing: config.billing,
    routerBilling: new Map(own.map(({ name, billing }) => [name, billing])),
    accounting: config.accounting,
    lineRate: (router) => rates.get(router) ?? config.lineRate,
    keepHours: config.retention.hours,
    gapAfter: config.heartbeat * 1.5,
    mostAccounts: MOST_ACCOUNTS,
    mostNewAccounts: MOST_NEW_ACCOUNTS,
  };
}

/** What the owner calls each MAC. */
export function aliasesOf({ devices }: Config): Map<string, Alias> {
  return new Map(
    devices.flatMap(({ name, macs, user }) => macs.map((mac) => [mac, { name, mac: macs[0] ?? mac, user: user ?? null }] as const)),
  );
}

/** What the owner calls each WireGuard peer, by public key, and whose it is. */
export function peerNamesOf({ peers }: Config): Map<string, PeerName> {
  return new Map(peers.map(({ publicKey, name, user }) => [publicKey, { name, user: user ?? null }]));
}

/** Earlier names of routers, each with the name it has now. */
export function renamesOf({ routers }: Config): Map<string, string> {
  return new Map(routers.flatMap(({ name, was }) => was.map((earlier) => [earlier, name] as const)));
}
