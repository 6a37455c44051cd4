import { defineKind } from '../kind.ts';
import { checkTplink } from './checks.ts';
import { readTplink, resolveTplink, tplinkFields } from './config.ts';
import { tplinkProbe } from './probe.ts';
import { CLIENT_RULES, STATISTICS_HOST_RULES, SUM_RULES } from './reading.ts';
import { TPLINK_REMEDIES } from './words.ts';

/** TP-Link routers with the maker's own firmware: one figure for both directions on most, names, no uplink. */
export const tplink = defineKind({
  title: 'TP-Link with its own firmware',
  role: 'main',
  owns: [],
  http: () => ({ why: 'the router refuses the request' }),
  logsIn: true,
  todo: TPLINK_REMEDIES,
  readsSystem: false,
  promises: { statistics: SUM_RULES, 'statistics clients': CLIENT_RULES, 'hosts statistics': STATISTICS_HOST_RULES },
  fields: { tplink: { key: 'tplink', read: readTplink } },
  groups: { 'TP-Link routers': tplinkFields },
  entry: ({ tplink: router }) => router?.value ?? null,
  urls: ({ url: { value, place } }) => [{ ...value, what: 'tplink', place, whole: true, counts: true }],
  clash: () => null,
  resolve: resolveTplink,
  lacks: ({ login }, shared) =>
    login === null && shared === null ? 'has no password; set tplink.password_file, and tplink.username if it is not "admin"' : null,
  addresses: ({ url }) => [url],
  describe: ({ url, protocol, login }) => [
    ['tplink', `${url}${protocol === 'auto' ? '' : `, protocol ${protocol}`}${login === null ? '' : `, as ${login.username}`}`],
  ],
  probes: ({ url, protocol, login: own }, { send, login: shared, remembered, counterBits, clock, warn }) => {
    const login = own ?? shared;
    if (login === null) throw new Error(`No login for ${url}`);
    return [tplinkProbe({ base: url, login, memory: remembered(url, login), protocol, send, counterBits, clock, warn })];
  },
  check: checkTplink,
});
