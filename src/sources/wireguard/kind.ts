import { quote } from '../../errors.ts';
import type { Located } from '../../fields/problems.ts';
import { defineKind, type ReadUrl } from '../kind.ts';
import { PEER_RULES } from '../openwrt/peers.ts';
import { readWireguard, resolveWireguard, type WireguardConfig, type WireguardEntry, wireguardFields } from './config.ts';
import { addressOf, placeOf } from './place.ts';
import { wireguardProbe } from './probe.ts';
import { SERVER_REMEDIES } from './words.ts';

/** What a router's URL reads where its answer has the peers too. */
const SCRIPT = 'wrtmeter';

/** A WireGuard or AmneziaWG server, read with `wg` on this machine, over ssh or in a container. */
export const wireguard = defineKind({
  title: 'WireGuard or AmneziaWG server',
  role: 'beside',
  owns: ['peers'],
  http: null,
  logsIn: false,
  todo: SERVER_REMEDIES,
  readsSystem: false,
  promises: { peers: PEER_RULES },
  fields: { wireguard: { key: 'wireguard', read: readWireguard } },
  groups: { 'WireGuard servers': wireguardFields },
  entry: ({ wireguard: server }) => server ?? null,
  urls: () => [],
  clash({ value: server }, { name, same, earlier, urls }) {
    const other = same as Located<WireguardEntry> | null;
    if (earlier && other !== null && isSamePlace(other.value, server) && share(other.value.interfaces, server.interfaces))
      return `reads the same peers as router ${quote(name)}, so their bytes would count twice; remove one of them`;
    if (server.ssh === undefined || !urls.some((url) => url.what === SCRIPT && hostOf(url) === server.ssh?.value.host.toLowerCase()))
      return null;
    const remedy = `move wireguard to ${quote(name)}, or remove it`;
    return `reads the same router as ${quote(name)}, whose script reports its peers too; ${remedy}`;
  },
  resolve: ({ value }, files, problems) => resolveWireguard(value, files, problems),
  lacks: () => null,
  addresses: (server) => [addressOf(server)],
  describe: (server) => [['wireguard', describe(server)]],
  probes: (server, { machine, systemIsRead }) => {
    const { each, asRoot } = machine(server);
    return [wireguardProbe({ ...server, place: placeOf(server), run: each, asRoot, readsSystem: !systemIsRead })];
  },
  check: () => [],
});

function isSamePlace(one: WireguardEntry, other: WireguardEntry): boolean {
  const place = ({ ssh, port, container }: WireguardEntry) =>
    JSON.stringify([ssh?.value.host.toLowerCase(), ssh && (port?.value ?? 22), container?.value]);
  return place(one) === place(other);
}

/** No interfaces means all of them. */
function share(some: WireguardEntry['interfaces'], others: WireguardEntry['interfaces']): boolean {
  if (!some?.value.length || !others?.value.length) return true;
  return some.value.some(({ value }) => others.value.some((other) => other.value === value));
}

const hostOf = ({ url }: ReadUrl): string => new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();

function describe({ ssh, container, sudo, tool, interfaces, configFile }: WireguardConfig): string {
  const where = [
    ssh === null
      ? 'this machine'
      : `ssh ${ssh.user === null ? '' : `${ssh.user}@`}${ssh.host}${ssh.port === null ? '' : ` port ${ssh.port}`}`,
    container === null ? null : `container ${container}`,
    sudo ? 'with sudo' : null,
    tool === 'auto' ? null : `with ${tool}`,
    interfaces.length === 0 ? 'all interfaces' : interfaces.join(', '),
    configFile,
  ];
  return where.filter((part) => part !== null).join('; ');
}
