import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../program/command.ts';
import { busyboxPath } from '../routers/busybox.ts';
import { inside, ip, type Lab, type LabProcess, within } from './world.ts';

/** A machine of the home, in its own namespace. */
export interface LabClient {
  readonly namespace: string;
  readonly mac: string;
  /** Its end of the cable, in the router. */
  readonly device: string;
}

const FAR_END_PORT = 7000;
export const FAR_END = { v4: '198.51.100.1', v6: 'fd77:2::1' } as const;
/** The router's own end of the uplink. */
export const NEAR_END = { v4: '198.51.100.2', v6: 'fd77:2::2' } as const;

export async function createClient(lab: Lab, name: string, mac: string): Promise<LabClient> {
  return { namespace: await lab.namespace(name), mac, device: `ap-${name}` };
}

/** Starts the far end of the uplink, in the namespace of the Internet. */
export async function startFarEnd(lab: Lab, namespace: string): Promise<LabProcess> {
  const program = join(import.meta.dirname, 'far-end.ts');
  const farEnd = lab.start(namespace, [process.execPath, '--import', 'tsx', program, String(FAR_END_PORT)]);
  await lab.until('the far end is ready', () => farEnd.said().includes('ready'), farEnd);
  return farEnd;
}

/** Gets a lease as a small machine does, and returns the address; `wanted` is one that it asks for. */
export async function askForLease(lab: Lab, { namespace }: LabClient, hostname: string, wanted?: string): Promise<string> {
  const script = join(lab.folder, 'udhcpc.sh');
  const busybox = busyboxPath();
  writeFileSync(
    script,
    `#!${busybox} ash
[ "$1" = bound ] || exit 0
${busybox} ip -4 addr flush dev "$interface"
${busybox} ip addr add "$ip/$mask" dev "$interface"
${busybox} ip route add default via "$router"
echo "ip=$ip"
`,
    { mode: 0o755 },
  );
  const words = 'udhcpc -i eth0 -f -n -q -t 20 -T 1 -s'.split(' ');
  const asks = [...(wanted === undefined ? [] : ['-r', wanted]), '-x', `hostname:${hostname}`];
  const said = await inside(namespace, [busybox, ...words, script, ...asks], 30_000);
  const address = /^ip=(\S+)$/m.exec(said)?.[1];
  if (address === undefined) throw new Error(`${namespace} got no lease: ${said}`);
  return address;
}

/** Goes on with an address that it had, as machines do that asked before the router was switched off. */
export async function keepAddress({ namespace }: LabClient, address: string): Promise<void> {
  await ip(namespace, `addr add ${address}/24 dev eth0`);
  await ip(namespace, 'route add default via 192.168.77.1');
}

type Talker = Pick<LabClient, 'namespace'>;

/** Receives this many bytes from the far end; returns how many arrived. */
export const download = (client: Talker, bytes: number, host: string = FAR_END.v4): Promise<number> =>
  talk(client, `echo "down ${bytes}"`, host, '| wc -c');

/** Sends this many bytes to the far end; returns how many it received. */
export const upload = (client: Talker, bytes: number, host: string = FAR_END.v4): Promise<number> =>
  talk(client, `{ echo up; head -c ${bytes} /dev/zero; }`, host, '');

/** Receives `bytes` several times from the far end, with a pause in ms after each. */
export const drip = (client: Talker, bytes: number, times: number, pause: number): Promise<number> =>
  talk(client, `echo "drip ${bytes} ${times} ${pause}"`, FAR_END.v4, '| wc -c');

async function talk({ namespace }: Talker, say: string, host: string, then: string): Promise<number> {
  const busybox = busyboxPath();
  // A machine that has just joined may still wait for its IPv6 address: connecting is tried for up to 5 s.
  const command = `${say} | ${busybox} nc -w 5 ${host} ${FAR_END_PORT} ${then}`;
  const said = await output([...within(namespace), busybox, 'ash', '-c', command], { timeout: 60_000 });
  return Number(said.trim());
}
