import { about, INSTALL_SCRIPT } from '../../domain/finding.ts';
import { type Field, optional } from '../../fields/fields.ts';
import type { Located } from '../../fields/problems.ts';
import { parseUrl, type RouterUrl } from '../../fields/urls.ts';
import { defineKind } from '../kind.ts';
import { HOST_RULES } from '../openwrt/hosts.ts';
import { WAN_RULES } from '../openwrt/uplinks.ts';
import { meaningOfStatus, SCRIPT_REMEDIES } from '../openwrt/words.ts';
import { hostsProbe } from '../openwrt/wrtmeter.ts';
import { CLASSIC_STATION_RULES, classicProbes } from './classic.ts';

/** The source of each script. hosts.cgi did not come with the older collectors; it answers in the format of wrtmeter.cgi. */
const CLASSIC_SOURCES = ['stations', 'wan', 'leases', 'hosts'] as const;
export type ClassicSource = (typeof CLASSIC_SOURCES)[number];

/** The URL of each script that is read; at least one. */
export type ClassicUrls = { [S in ClassicSource]?: string };

/** The same as written. */
export type ClassicEntry = { [S in ClassicSource]?: Located<RouterUrl> };

const field = (source: ClassicSource): Field<RouterUrl | null> => ({ key: `urls.${source}`, read: optional(parseUrl) });

/** The classic scripts, each with its own URL; a missing or empty URL skips its source. */
export const classic = defineKind({
  title: 'OpenWrt, read by the classic scripts',
  role: 'main',
  owns: [],
  http: meaningOfStatus,
  logsIn: false,
  todo: SCRIPT_REMEDIES,
  readsSystem: false,
  promises: { stations: CLASSIC_STATION_RULES, wan: WAN_RULES, ...HOST_RULES },
  fields: { stations: field('stations'), wan: field('wan'), leases: field('leases'), hosts: field('hosts') },
  groups: {},
  entry(found): ClassicEntry | null {
    const entry: ClassicEntry = {};
    for (const source of CLASSIC_SOURCES) {
      const url = found[source];
      if (url?.value) entry[source] = { value: url.value, place: url.place };
    }
    return Object.keys(entry).length === 0 ? null : entry;
  },
  urls: (entry) =>
    CLASSIC_SOURCES.flatMap((source) => {
      const url = entry[source];
      return url === undefined ? [] : [{ ...url.value, what: source, place: url.place, whole: false, counts: source !== 'leases' }];
    }),
  clash: () => null,
  resolve: async (entry): Promise<ClassicUrls> =>
    Object.fromEntries(CLASSIC_SOURCES.flatMap((source) => (entry[source] === undefined ? [] : [[source, entry[source].value.url]]))),
  lacks: () => null,
  addresses: (urls) => CLASSIC_SOURCES.flatMap((source) => urls[source] ?? []),
  describe: (urls) =>
    CLASSIC_SOURCES.flatMap((source): [string, string][] =>
      urls[source] === undefined && source === 'hosts' ? [] : [[source, urls[source] ?? '-']],
    ),
  probes: (urls, { send, counterBits }) => [
    ...classicProbes(urls, send, counterBits ?? 64),
    ...(urls.hosts === undefined ? [] : [hostsProbe(urls.hosts, send)]),
  ],
  check(routers) {
    const names = new Map<string, string[]>();
    for (const { name, config } of routers) names.set(readBy(config), [...(names.get(readBy(config)) ?? []), name]);
    const todo = `wrtmeter.cgi reports all of this in one answer: run "${INSTALL_SCRIPT} root@ROUTER", then set url: instead of urls:, with was: [NAME] if the name changes.`;
    return [...names].map(([how, each]) => about(null, 'advice', 'classic_scripts', `${each.join(', ')}: read by ${how}`, todo));
  },
});

/** What a router is read by, and what it does not say. */
function readBy({ hosts, ...scripts }: ClassicUrls): string {
  if (hosts === undefined) return 'the classic scripts, which report no restarts, no hosts, no signal and only one uplink';
  return Object.keys(scripts).length === 0
    ? 'hosts.cgi alone, which reports no uplinks, stations and leases'
    : 'hosts.cgi and the classic scripts, which report no restarts, no signal and only one uplink';
}
