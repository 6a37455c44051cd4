import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../program/command.ts';
import { type BusyboxRouter, startBusyboxRouter } from '../routers/busybox-router.ts';
import { answers } from '../web/port.ts';
import type { LabClient } from './clients.ts';
import { furnish, netifd, writeWhole } from './router-files.ts';
import { inside, ip, type Lab, type LabProcess, within } from './world.ts';

/** A network device's counters as /proc/net/dev has them: received and sent by the router. */
export interface DeviceBytes {
  rx: number;
  tx: number;
}

/** A router in a namespace: bridge, NAT, dnsmasq, busybox httpd with the scripts. Only its radio and netifd are stand-ins. */
export interface LabRouter {
  readonly namespace: string;
  /** http://ADDRESS, reached over its own cable that is neither LAN nor uplink. */
  readonly url: string;
  /** Another address on that cable, which is unused. */
  readonly nobody: string;
  readonly leaseFile: string;
  /** What /proc/net/dev says there, by device. */
  counters(): Promise<Map<string, DeviceBytes>>;
  /** Waits until nothing has moved on these devices for a second, and returns the counters. */
  atRest(devices: readonly string[]): Promise<Map<string, DeviceBytes>>;
  /** Switches it on: a new boot id, a boot clock that begins, a network created again, no leases. */
  boot(): Promise<void>;
  /** Pulls the plug. */
  halt(): Promise<void>;
  plug(client: LabClient): Promise<void>;
  /** Makes the uplink's device and, when nothing moves on it any more, has netifd say that it is up: no reading shows what comes before. */
  connect(device: string, beforeItIsTold?: () => Promise<unknown>): Promise<void>;
  /** Has netifd say that the uplink is down, and removes its device. */
  disconnect(): Promise<void>;
  /** Gives the uplink's device another name. It is the same device: its counters continue. */
  rename(device: string): Promise<void>;
}

const PORT = 80;
// Neighbours that know each other have nothing to say on the uplink while no client does.
const MAC = { lan: '02:00:00:00:01:03', router: '02:00:00:00:01:02', farEnd: '02:00:00:00:01:01' };
const NAT =
  'table ip nat { chain postrouting { type nat hook postrouting priority srcnat; iifname "br-lan" oifname != "br-lan" masquerade; }; }';
const DNSMASQ =
  'dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=root --log-facility=- --no-resolv --no-hosts --no-ping --dhcp-authoritative ' +
  '--interface=br-lan --except-interface=lo --bind-interfaces --dhcp-range=192.168.77.100,192.168.77.200,1h --enable-ra --dhcp-range=fd77:1::,ra-only';

/** `hook`: more words for dnsmasq, which calls a script of the router's with them. */
export function createRouter(lab: Lab, internet: string, hook: readonly string[] = []): LabRouter {
  const namespace = `${lab.id}-rtr`;
  const root = join(lab.folder, 'root');
  const tools = join(lab.folder, 'tools');
  const leaseFile = join(root, 'tmp/dhcp.leases');
  const cable = cableOf(process.pid, `${lab.id}m`);
  const file = (path: string, text: string) => writeWhole(join(lab.folder, path), text);
  const say = (uplink: Parameters<typeof netifd>[0]) => file('tools/ubus-network.interface-dump', netifd(uplink));
  let running: { httpd: BusyboxRouter; dnsmasq: LabProcess } | null = null;
  let boots = 0;
  let bootClock = 0;
  let uplink: string | null = null;
  let plugged: { client: LabClient; came: string }[] = [];
  furnish(lab.folder);

  const counters = async () => parseDevices(await inside(namespace, ['cat', '/proc/net/dev']));
  const uptime = () => (Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) + bootClock).toFixed(3);
  const listStations = () => file('tools/stations', plugged.map(({ client, came }) => `${client.mac} ${client.device} ${came}\n`).join(''));

  async function address(device: string, beforeItIsTold?: () => Promise<unknown>): Promise<void> {
    await ip(namespace, `link set ${device} addrgenmode none address ${MAC.router}`);
    await ip(namespace, `addr add 198.51.100.2/24 dev ${device}`);
    await ip(namespace, `-6 addr add fd77:2::2/64 dev ${device} nodad`);
    await ip(namespace, `link set ${device} up`);
    for (const far of ['198.51.100.1', 'fd77:2::1'])
      await ip(namespace, `neigh replace ${far} lladdr ${MAC.farEnd} dev ${device} nud permanent`);
    await ip(namespace, `route add default via 198.51.100.1 dev ${device}`);
    await ip(namespace, `-6 route add default via fd77:2::1 dev ${device}`);
    await beforeItIsTold?.();
    await atRest([device]);
    uplink = device;
    say({ device, up: true });
  }

  async function atRest(devices: readonly string[]): Promise<Map<string, DeviceBytes>> {
    let [before, since] = ['', performance.now()];
    let last = new Map<string, DeviceBytes>();
    await lab.until(`nothing moves on ${devices.join(', ')}`, async () => {
      last = await counters();
      const now = JSON.stringify(devices.map((device) => last.get(device)));
      if (now !== before) [before, since] = [now, performance.now()];
      return performance.now() - since > 1000;
    });
    return last;
  }

  async function boot(): Promise<void> {
    // Not the first time: then it has been on as long as this machine.
    if (boots++ > 0) bootClock = 1 - Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
    file('root/proc/sys/kernel/random/boot_id', `${randomUUID()}\n`);
    file('root/tmp/dhcp.leases', '');
    plugged = [];
    listStations();
    say({ device: null, up: false });
    await lab.namespace('rtr');
    lab.defer(halt);
    for (const key of ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding']) await inside(namespace, ['sysctl', '-qw', `${key}=1`]);
    // Its own, as on OpenWrt: otherwise it takes that of a client's cable, and the others lose the router when that is pulled.
    await ip(namespace, `link add br-lan address ${MAC.lan} type bridge forward_delay 0`);
    await ip(namespace, 'addr add 192.168.77.1/24 dev br-lan');
    await ip(namespace, '-6 addr add fd77:1::1/64 dev br-lan nodad');
    await ip(namespace, 'link set br-lan up');
    if (bootClock === 0) await deadEnd();
    await output(['ip', 'link', 'add', cable.here, 'type', 'veth', 'peer', 'name', 'mgmt', 'netns', namespace]);
    await output(['ip', 'addr', 'add', `${cable.ours}/29`, 'dev', cable.here]);
    await output(['ip', 'link', 'set', cable.here, 'up']);
    await ip(namespace, `addr add ${cable.theirs}/29 dev mgmt`);
    await ip(namespace, 'link set mgmt up');
    await inside(namespace, ['nft', NAT]);
    const dnsmasq = lab.start(namespace, [...DNSMASQ.split(' '), ...hook, `--dhcp-leasefile=${leaseFile}`]);
    await lab.until('dnsmasq hands out addresses', () => dnsmasq.said().includes('IP range'), dnsmasq);
    const clock = ['unshare', '--time', '--boottime', String(bootClock)];
    const server = { host: cable.theirs, port: PORT, within: [...within(namespace), ...clock] };
    const httpd = await startBusyboxRouter({ root, tools, standins: join(lab.folder, 'standins'), ...server });
    running = { httpd, dnsmasq };
    await lab.until('busybox httpd answers', () => answers(cable.theirs, PORT));
  }

  /** While the router is off, nothing that is meant for it may leave this machine another way. */
  async function deadEnd(): Promise<void> {
    const route = ['unreachable', `${cable.network}/29`, 'metric', '4242'];
    await output(['ip', 'route', 'add', ...route]);
    lab.defer(() => output(['ip', 'route', 'del', ...route]));
  }

  async function halt(): Promise<void> {
    if (running === null) return;
    const ended = [running.httpd.close(), running.dnsmasq.stop()];
    running = null;
    await Promise.all(ended);
    // A namespace takes its devices with it only some time after it is gone, and their names are needed again.
    for (const device of (await counters()).keys()) if (device !== 'lo') await ip(namespace, `link del ${device}`);
    uplink = null;
    await lab.removeNamespace(namespace);
  }

  return {
    namespace,
    url: `http://${cable.theirs}`,
    nobody: cable.nobody,
    leaseFile,
    counters,
    atRest,
    boot,
    halt,
    async plug(client) {
      await ip(namespace, `link add ${client.device} type veth peer name eth0 netns ${client.namespace}`);
      await ip(client.namespace, `link set eth0 address ${client.mac}`);
      plugged.push({ client, came: uptime() });
      listStations();
      await ip(namespace, `link set ${client.device} master br-lan up`);
      await ip(client.namespace, 'link set eth0 up');
    },
    async connect(device, beforeItIsTold) {
      await ip(namespace, `link add ${device} type veth peer name far netns ${internet}`);
      await ip(internet, `link set far addrgenmode none address ${MAC.farEnd}`);
      await ip(internet, 'addr add 198.51.100.1/24 dev far');
      await ip(internet, '-6 addr add fd77:2::1/64 dev far nodad');
      await ip(internet, 'link set far up');
      for (const near of ['198.51.100.2', 'fd77:2::2'])
        await ip(internet, `neigh replace ${near} lladdr ${MAC.router} dev far nud permanent`);
      await ip(internet, '-6 route add fd77:1::/64 via fd77:2::2');
      await address(device, beforeItIsTold);
    },
    async disconnect() {
      if (uplink === null) throw new Error('The uplink is down already');
      say({ device: null, up: false });
      await ip(namespace, `link del ${uplink}`);
      uplink = null;
    },
    async rename(device) {
      if (uplink === null) throw new Error('There is no uplink to rename');
      say({ device: null, up: false });
      await ip(namespace, `link set ${uplink} down`);
      await ip(namespace, `link set ${uplink} name ${device}`);
      await ip(namespace, `addr flush dev ${device}`);
      await address(device);
    },
  };
}

/** A cable between this machine and the router, with addresses of the range for benchmarks, which no real network has. */
function cableOf(pid: number, here: string) {
  const first = (pid % 8192) * 8;
  const address = (n: number) => `198.18.${(first + n) >> 8}.${(first + n) & 255}`;
  return { here, network: address(0), ours: address(1), theirs: address(2), nobody: address(3) };
}

function parseDevices(text: string): Map<string, DeviceBytes> {
  const found = new Map<string, DeviceBytes>();
  for (const line of text.split('\n').slice(2)) {
    const [device, fields] = line.trim().split(/:\s*/);
    const numbers = (fields ?? '').split(/\s+/).map(Number);
    if (device !== undefined && fields !== undefined) found.set(device, { rx: numbers[0] ?? Number.NaN, tx: numbers[8] ?? Number.NaN });
  }
  return found;
}
