import { isIPv6 } from 'node:net';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { askForLease, createClient, FAR_END, type LabClient, startFarEnd } from './clients.ts';
import { type Agent, type Datagrams, onTheWire, startAgent } from './hosts-agents.ts';
import { UPLINK } from './hosts-files.ts';
import { createHostsRouter, type HostsRouter } from './hosts-router.ts';
import { createHostsTruth, type HostsTruth } from './hosts-truth.ts';
import { createLab, inside, ip, type Lab } from './world.ts';

/** A machine of the home with the addresses it has now. */
export interface Machine {
  readonly name: string;
  readonly mac: string;
  readonly client: LabClient;
  readonly agent: Agent;
  readonly network: 'lan' | 'guest';
  v4: string;
  /** Made from its MAC. */
  stable: string;
  /** Made at random, and what it speaks from by itself (RFC 8981). */
  temporary: string;
}

export interface Talk {
  /** Default `v4`. */
  from?: 'v4' | 'stable' | 'temporary';
  /** Default: the far end of the uplink. */
  to?: string;
  up: Datagrams;
  down: Datagrams;
  /** Default 1. */
  rounds?: number;
}

/** A home: a router that counts its hosts, machines on two networks, and the Internet. */
export interface HostsWorld<R extends HostsRouter = HostsRouter> {
  readonly lab: Lab;
  readonly internet: string;
  readonly router: R;
  /** What speaks for the far end of the uplink. */
  readonly far: Agent;
  readonly truth: HostsTruth;
  /** A new machine: its cable goes in, it gets its addresses. */
  join(name: string, mac: string, network?: Machine['network'], wanted?: string): Promise<Machine>;
  /** The cable goes in again, and the machine asks for addresses, for an IPv4 address of its choice maybe. */
  rejoin(machine: Machine, wanted?: string): Promise<void>;
  /** Moves datagrams to the Internet and back, and enters them into the truth. */
  talk(machine: Machine, talk: Talk): Promise<void>;
  /** Moves datagrams that are no host's bytes on the Internet: between two networks of the home. Gives back how much that was. */
  talkAtHome(machine: Machine, talk: Talk & { to: string }): Promise<Traffic>;
}

/** Builds it with the counting switched on, and without machines. */
export const createHostsWorld = (): Promise<HostsWorld> => createHostsWorldOf(createHostsRouter);

/** The same with another router. */
export async function createHostsWorldOf<R extends HostsRouter>(make: (lab: Lab, internet: string) => R): Promise<HostsWorld<R>> {
  const lab = createLab();
  try {
    const internet = await lab.namespace('wan');
    const router = make(lab, internet);
    const [far] = await Promise.all([startAgent(lab, internet), startFarEnd(lab, internet)]);
    await router.boot();
    await router.connect(UPLINK);
    await router.counting('start');
    return { lab, internet, router, far, ...machines(lab, router) };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

function machines(lab: Lab, router: HostsRouter): Pick<HostsWorld, 'truth' | 'join' | 'rejoin' | 'talk' | 'talkAtHome'> {
  const truth = createHostsTruth();

  async function rejoin(machine: Machine, wanted?: string): Promise<void> {
    const { client, network, name } = machine;
    await (network === 'lan' ? router.plug(client) : router.plugGuest(client));
    await ip(client.namespace, 'link set dev eth0 gso_max_segs 1');
    machine.v4 = await askForLease(lab, client, name, wanted);
    Object.assign(machine, await addresses6(lab, client));
  }

  async function exchange(machine: Machine, talk: Talk): Promise<{ from: string; moved: Traffic }> {
    const { from = 'v4', rounds = 1, up, down } = talk;
    const own = machine[from];
    const to = talk.to ?? (isIPv6(own) ? FAR_END.v6 : FAR_END.v4);
    const { sent, received } = await machine.agent.exchange({ to, from: own, rounds, up, down });
    return { from: own, moved: { upload: onTheWire(to, sent), download: onTheWire(to, received) } };
  }

  return {
    truth,
    rejoin,
    async join(name, mac, network = 'lan', wanted) {
      const client = await createClient(lab, name, mac);
      for (const setting of ['use_tempaddr=2', 'accept_dad=0'])
        await inside(client.namespace, ['sysctl', '-qw', `net.ipv6.conf.default.${setting}`]);
      // Before its namespace, which would take the cable with it at some later time.
      lab.defer(() => router.unplug(client));
      const agent = await startAgent(lab, client.namespace);
      const machine: Machine = { name, mac, client, agent, network, v4: '', stable: '', temporary: '' };
      await rejoin(machine, wanted);
      return machine;
    },
    async talk(machine, talk) {
      const { from, moved } = await exchange(machine, talk);
      truth.moved(machine.mac, from, moved);
    },
    talkAtHome: async (machine, talk) => (await exchange(machine, talk)).moved,
  };
}

interface Address {
  local?: string;
  scope?: string;
  temporary?: boolean;
  mngtmpaddr?: boolean;
}

/** Waits until the machine has made itself both kinds of address from what the router advertises. */
async function addresses6(lab: Lab, { namespace }: LabClient): Promise<Pick<Machine, 'stable' | 'temporary'>> {
  let found: Address[] = [];
  const one = (isIt: (address: Address) => boolean | undefined) =>
    found.find((address) => address.scope === 'global' && isIt(address))?.local;
  const stable = () => one(({ mngtmpaddr }) => mngtmpaddr);
  const temporary = () => one((address) => address.temporary);
  await lab.until(`${namespace} has made its IPv6 addresses`, async () => {
    const [link] = JSON.parse(await ip(namespace, '-6 -j addr show dev eth0')) as { addr_info?: Address[] }[];
    found = link?.addr_info ?? [];
    return stable() !== undefined && temporary() !== undefined;
  });
  return { stable: stable() ?? '', temporary: temporary() ?? '' };
}
