import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { output } from '../program/command.ts';
import { busyboxPath } from '../routers/busybox.ts';
import { createLab, ip, type Lab, type LabProcess } from './world.ts';

/** A machine of its own network, with its own /etc/wireguard and its own control sockets, in which WireGuard runs in userspace. */
interface WireguardHost {
  /** The words that run a command there. */
  readonly enter: readonly string[];
  /** What is its /etc/wireguard. */
  readonly folder: string;
  /** Runs a command there to its end and returns what it printed. */
  run(...command: string[]): Promise<string>;
  /** Brings an interface up from its file, /etc/wireguard/NAME.conf. */
  up(name: string, addresses: readonly string[]): Promise<LabProcess>;
}

/** Who moves bytes through the tunnel. */
export interface WireguardPeer {
  readonly host: WireguardHost;
  readonly publicKey: string;
  readonly sharedKey: string;
  readonly address: string;
  /** Sends echo requests of this many bytes through the tunnel, each of which is answered. */
  ping(count: number, size: number): Promise<void>;
  /** Forgets its session, so that it greets a server that was created again at once. Its own counters begin again. */
  greet(): Promise<void>;
  /** What its own end has counted since it came up, as the device sees it. */
  moved(): Promise<Traffic>;
}

export interface WireguardWorld {
  readonly lab: Lab;
  readonly server: WireguardHost;
  readonly peers: readonly WireguardPeer[];
  /** Every key that must stay secret. */
  readonly secrets: readonly string[];
  /** Brings the server's wg0 up, from its file. */
  up(): Promise<void>;
  /** Takes it down, with its counters. */
  down(): Promise<void>;
}

const SERVER = '10.7.0.1';

/** A server with a tunnel `wg0` to each of `names`. Its file has a name for all of them but the last. */
export async function createWireguardWorld(names: readonly string[]): Promise<WireguardWorld> {
  const lab = createLab();
  try {
    return await build(lab, names);
  } catch (error) {
    await lab.close();
    throw error;
  }
}

async function build(lab: Lab, names: readonly string[]): Promise<WireguardWorld> {
  const [server, key] = [await createHost(lab, 'server'), await makeKeys()];
  const secrets = [key.privateKey];
  const peers: WireguardPeer[] = [];
  let conf = `[Interface]\nPrivateKey = ${key.privateKey}\nListenPort = 51820\n`;
  for (const [index, name] of names.entries()) {
    const host = await createHost(lab, name);
    await wire(lab, name, index);
    const own = await makeKeys();
    const sharedKey = (await output(['wg', 'genpsk'])).trim();
    secrets.push(own.privateKey, sharedKey);
    const address = `10.7.0.${index + 2}`;
    const named = index === names.length - 1 ? '' : `# Name = ${name}\n`;
    conf += `\n${named}[Peer]\nPublicKey = ${own.publicKey}\nPresharedKey = ${sharedKey}\nAllowedIPs = ${address}/32, fd07::${index + 2}/128\n`;
    const far = `[Peer]\nPublicKey = ${key.publicKey}\nPresharedKey = ${sharedKey}\nEndpoint = 10.99.${index}.1:51820\nAllowedIPs = 10.7.0.0/24\n`;
    write(host, 'wg0', `[Interface]\nPrivateKey = ${own.privateKey}\n\n${far}`);
    await host.up('wg0', [`${address}/24`]);
    peers.push({
      host,
      publicKey: own.publicKey,
      sharedKey,
      address,
      ping: (count, size) => ping(host, count, size),
      greet: async () => void (await host.run('wg', 'setconf', 'wg0', '/etc/wireguard/wg0.conf')),
      moved: () => moved(host),
    });
  }
  write(server, 'wg0', conf);
  let running: LabProcess | null = null;
  return {
    lab,
    server,
    peers,
    secrets,
    async up() {
      running = await server.up('wg0', [`${SERVER}/24`]);
    },
    async down() {
      await running?.stop();
    },
  };
}

const write = ({ folder }: WireguardHost, name: string, conf: string) => writeFileSync(join(folder, `${name}.conf`), conf, { mode: 0o600 });

async function createHost(lab: Lab, name: string): Promise<WireguardHost> {
  const namespace = await lab.namespace(name);
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  const script =
    'mkdir -p /run/wireguard /etc/wireguard && mount -t tmpfs tmpfs /run/wireguard && mount --bind "$0" /etc/wireguard && echo ready && exec sleep infinity';
  const holder = lab.start(namespace, ['unshare', '--mount', 'sh', '-c', script, folder]);
  await lab.until(`${name} has its own files`, () => holder.said().includes('ready'), holder);
  const enter = ['nsenter', '--target', String(holder.pid), '--mount', '--net'];
  const run = (...command: string[]) => output([...enter, ...command], { timeout: 20_000 });
  return {
    enter,
    folder,
    run,
    async up(device, addresses) {
      const daemon = lab.start(namespace, [...enter, 'wireguard-go', '--foreground', device]);
      await lab.until(`${device} of ${name} is there`, async () => (await run('wg', 'show', 'interfaces')).includes(device), daemon);
      await run('wg', 'setconf', device, `/etc/wireguard/${device}.conf`);
      for (const address of addresses) await run('ip', 'address', 'add', address, 'dev', device);
      await run('ip', 'link', 'set', device, 'up');
      return daemon;
    },
  };
}

/** The wire below the tunnel. */
async function wire(lab: Lab, name: string, index: number): Promise<void> {
  const [near, far] = [`${lab.id}-server`, `${lab.id}-${name}`];
  await ip(near, `link add to${index} type veth peer name eth0 netns ${far}`);
  await ip(near, `address add 10.99.${index}.1/24 dev to${index}`);
  await ip(near, `link set to${index} up`);
  await ip(far, `address add 10.99.${index}.2/24 dev eth0`);
  await ip(far, 'link set eth0 up');
}

export async function makeKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const privateKey = (await output(['wg', 'genkey'])).trim();
  return { privateKey, publicKey: (await output(['wg', 'pubkey'], { input: privateKey })).trim() };
}

async function ping(host: WireguardHost, count: number, size: number): Promise<void> {
  const said = await host.run(busyboxPath(), 'ping', '-q', '-i', '0.02', '-c', String(count), '-s', String(size), '-W', '2', SERVER);
  if (!said.includes(`${count} packets received`)) throw new Error(`Echo requests were lost: ${said}`);
}

async function moved(host: WireguardHost): Promise<Traffic> {
  const [, download, upload] = (await host.run('wg', 'show', 'wg0', 'transfer')).trim().split('\t').map(Number);
  return { download: download ?? Number.NaN, upload: upload ?? Number.NaN };
}
