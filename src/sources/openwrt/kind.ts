import { type Field, scalar } from '../../fields/fields.ts';
import type { Located } from '../../fields/problems.ts';
import { parseUrl, type RouterUrl } from '../../fields/urls.ts';
import { ValueError } from '../../fields/values.ts';
import { defineKind } from '../kind.ts';
import { checkOpenwrt } from './checks.ts';
import { HOST_RULES } from './hosts.ts';
import { PEER_RULES } from './peers.ts';
import { STATION_RULES } from './stations.ts';
import { WAN_RULES } from './uplinks.ts';
import { meaningOfStatus, SCRIPT_REMEDIES } from './words.ts';
import { wrtmeterProbe } from './wrtmeter.ts';

/** Where wrtmeter.cgi is installed. */
const SCRIPT_PATH = '/cgi-bin/wrtmeter.cgi';

/** Parses the URL of a router; a URL without a path means wrtmeter.cgi. */
export function parseScriptUrl(text: string): RouterUrl {
  const parsed = parseUrl(text);
  const url = new URL(parsed.url);
  if (/^\/cgi-bin\/luci(\/|$)/.test(url.pathname))
    throw new ValueError(`is the address of the router's own pages (LuCI); use ${url.origin} alone`);
  if (url.pathname === '/' && url.search === '') url.pathname = SCRIPT_PATH;
  return { ...parsed, url: url.href };
}

const url: Field<RouterUrl> = { key: 'url', read: scalar(parseScriptUrl) };

/** OpenWrt and its derivatives: all sources in one request to wrtmeter.cgi. */
export const openwrt = defineKind({
  title: 'OpenWrt, read by wrtmeter.cgi',
  role: 'main',
  owns: [],
  http: meaningOfStatus,
  logsIn: false,
  todo: SCRIPT_REMEDIES,
  readsSystem: true,
  promises: { stations: STATION_RULES, wan: WAN_RULES, peers: PEER_RULES, ...HOST_RULES },
  fields: { url },
  groups: {},
  entry: (found): Located<RouterUrl> | null => found.url ?? null,
  urls: ({ value, place }) => [{ ...value, what: 'wrtmeter', place, whole: true, counts: true }],
  clash: () => null,
  resolve: async ({ value }) => ({ url: value.url }),
  lacks: () => null,
  addresses: (config) => [config.url],
  describe: (config) => [['everything', config.url]],
  probes: (config, { send, counterBits }) => [wrtmeterProbe(config.url, send, counterBits)],
  check: checkOpenwrt,
});
