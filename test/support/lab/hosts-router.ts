import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, output } from '../program/command.ts';
import { cgiEnvironment, makeToolbox, scripts } from '../routers/busybox.ts';
import type { LabClient } from './clients.ts';
import { configureHosts, FIREWALL, furnishGuests, GUEST, type HostsConfig, tellOf } from './hosts-files.ts';
import { faketimeLibrary } from './needs.ts';
import { createRouter, type LabRouter } from './router.ts';
import { inside, ip, type Lab, type LabProcess, within } from './world.ts';

/** A router with a LAN, a guest network, a firewall like firewall4's, and wrtmeter's own table beside it. */
export interface HostsRouter extends LabRouter {
  readonly guestLeases: string;
  /** Plugs a cable of the guests' network in. `plug` is for the LAN, where the router takes the client for a Wi-Fi station as well. */
  plugGuest(client: LabClient): Promise<void>;
  /** Pulls a client's cable. */
  unplug(client: LabClient): Promise<void>;
  /** Empties firewall4's table and fills it again, as `/etc/init.d/firewall reload` does; nothing else is touched. */
  reloadFirewall(): Promise<void>;
  /** Runs openwrt-cgi/hosts-nftables.sh under busybox ash; throws what it says when it fails. */
  counting(command: 'start' | 'stop' | 'reload' | 'status'): Promise<string>;
  /** Writes /etc/config/wrtmeter. */
  configure(config: HostsConfig): void;
  nft(...words: string[]): Promise<string>;
  /** Gives nft a file of rules. */
  loadRules(text: string): Promise<void>;
  /** What wrtmeter.cgi answers. */
  read(): Promise<string>;
  /** Lets this many seconds more go by for the server that leases the guests' addresses. */
  letLeasesAge(seconds: number): void;
}

const DNSMASQ =
  'dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=root --log-facility=- --no-resolv --no-hosts --no-ping --dhcp-authoritative ' +
  `--interface=${GUEST.device} --except-interface=lo --bind-interfaces --port=0 --dhcp-range=192.168.78.100,192.168.78.200,1h ` +
  '--enable-ra --dhcp-range=fd77:3::,ra-only';

/** `hook`: more words for both dnsmasqs. */
export function createHostsRouter(lab: Lab, internet: string, hook: readonly string[] = []): HostsRouter {
  const router = createRouter(lab, internet, hook);
  const { namespace } = router;
  const root = join(lab.folder, 'root');
  const guestLeases = join(root, 'tmp/dhcp.leases.guest');
  const clock = join(lab.folder, 'guest-clock');
  let ahead = 0;
  let dnsmasq: LabProcess | null = null;
  furnishGuests(lab.folder);
  configureHosts(lab.folder);
  // The real one: it sees the namespace's own tables.
  writeFileSync(join(lab.folder, 'standins/nft'), '#!/bin/sh\nPATH=/usr/sbin:/sbin:/usr/bin:/bin exec nft "$@"\n');
  const toolbox = makeToolbox(join(lab.folder, 'standins'));
  lab.defer(async () => toolbox.remove());

  const nft = (...words: string[]) => inside(namespace, ['nft', ...words]);
  const loadRules = async (text: string) => void (await output([...within(namespace), 'nft', '-f', '-'], { input: text, timeout: 20_000 }));
  const letLeasesAge = (seconds: number) => {
    ahead += seconds;
    writeFileSync(clock, `+${ahead}\n`);
  };

  async function plugGuest({ namespace: client, device, mac }: LabClient): Promise<void> {
    await ip(namespace, `link add ${device} type veth peer name eth0 netns ${client}`);
    await ip(client, `link set eth0 address ${mac}`);
    await ip(namespace, `link set ${device} master ${GUEST.device} up`);
    await ip(client, 'link set eth0 up');
  }

  async function leaseToGuests(): Promise<void> {
    writeFileSync(guestLeases, '');
    letLeasesAge(0);
    const env = { ...process.env, LD_PRELOAD: faketimeLibrary(), FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1' };
    const started = lab.start(namespace, [...DNSMASQ.split(' '), ...hook, `--dhcp-leasefile=${guestLeases}`], {
      ...env,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    dnsmasq = started;
    await lab.until('guests are given addresses', () => started.said().includes('IP range'), started);
  }

  return {
    ...router,
    guestLeases,
    nft,
    letLeasesAge,
    async boot() {
      await router.boot();
      await ip(namespace, `link add ${GUEST.device} address ${GUEST.mac} type bridge forward_delay 0`);
      await ip(namespace, `addr add ${GUEST.v4}/24 dev ${GUEST.device}`);
      await ip(namespace, `-6 addr add ${GUEST.v6}/64 dev ${GUEST.device} nodad`);
      await ip(namespace, `link set ${GUEST.device} up`);
      await leaseToGuests();
      await nft('delete', 'table', 'ip', 'nat');
      await loadRules(FIREWALL);
      tellOf(lab.folder, GUEST);
    },
    async halt() {
      await dnsmasq?.stop();
      dnsmasq = null;
      await router.halt();
    },
    async connect(device, beforeItIsTold) {
      await router.connect(device, async () => {
        await inside(internet, ['ip', '-6', 'route', 'replace', GUEST.prefix6, 'via', 'fd77:2::2']);
        // One header for each segment, as on a real wire; a large segment would be counted with one header for many.
        await ip(internet, 'link set dev far gso_max_segs 1');
        await beforeItIsTold?.();
      });
      tellOf(lab.folder, GUEST);
    },
    plugGuest,
    async unplug({ device }) {
      const isOn = existsSync(join('/run/netns', namespace));
      if (isOn && (await router.counters()).has(device)) await ip(namespace, `link del ${device}`);
    },
    loadRules,
    reloadFirewall: () => loadRules(FIREWALL),
    async counting(command) {
      const env = { ...cgiEnvironment({ root, tools: join(lab.folder, 'tools') }), PATH: process.env.PATH ?? '', WRTMETER_LIB: scripts };
      const said = await finish([...within(namespace), toolbox.shell, join(scripts, 'hosts-nftables.sh'), command], {
        env,
        timeout: 20_000,
      });
      if (said.code !== 0) throw new Error(`"hosts-nftables.sh ${command}" ended with ${said.code}: ${said.stdout}${said.stderr}`);
      return said.stdout;
    },
    configure: (config) => configureHosts(lab.folder, config),
    async read() {
      const answer = await fetch(`${router.url}/cgi-bin/wrtmeter.cgi`, { headers: { Connection: 'close' } });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`wrtmeter.cgi answers ${answer.status}: ${text}`);
      return text;
    },
  };
}

/** The addresses in a lease file, by MAC. */
export function leasesOf(path: string): Map<string, string> {
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(' ')).flatMap(([, mac, ip]) => (mac && ip ? [[mac, ip] as const] : [])));
}
