import { CLASSIC_SOURCES, type Config, type RouterConfig } from '../config/config.ts';
import { newStatus, type RouterStatus } from '../domain/status.ts';
import type { LedgerTerms } from '../ledger/ledger.ts';
import { classicProbes } from '../sources/openwrt/classic.ts';
import { hostsProbe, wrtmeterProbe } from '../sources/openwrt/wrtmeter.ts';
import type { Probe } from '../sources/source.ts';
import { httpReader } from '../transports/http.ts';
import type { Alias } from '../views/view.ts';

/** Bounds what an attacker who invents MACs can make the ledger hold. */
const MOST_ACCOUNTS = 50_000;
const MOST_NEW_ACCOUNTS = 15_000;

/** The requests that read a router as it is configured. */
export function probesOf({ requests, credentials, tls, counterBits }: RouterConfig): Probe[] {
  const read = httpReader({ credentials, tls });
  if (requests.kind === 'wrtmeter') return [wrtmeterProbe(requests.url, read, counterBits)];
  const hosts = requests.hosts === undefined ? [] : [hostsProbe(requests.hosts, read)];
  return [...classicProbes(requests, read, counterBits ?? 64), ...hosts];
}

/** A router's status before it was read. */
export function statusOf(router: RouterConfig, probes: readonly Probe[]): RouterStatus {
  const { requests } = router;
  const addresses =
    requests.kind === 'wrtmeter' ? [requests.url] : CLASSIC_SOURCES.map((source) => requests[source]).filter((url) => url !== undefined);
  return newStatus(
    router.name,
    addresses,
    probes.flatMap((probe) => probe.sources),
  );
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

/** What the owner calls each WireGuard peer, by public key. */
export function peerNamesOf(_config: Config): Map<string, string> {
  return new Map();
}

/** Earlier names of routers, each with the name it has now. */
export function renamesOf({ routers }: Config): Map<string, string> {
  return new Map(routers.flatMap(({ name, was }) => was.map((earlier) => [earlier, name] as const)));
}
