import type { Traffic } from '../../../src/domain/traffic.ts';
import { neighboursOf } from '../../../src/simulator/answers/neighbours.ts';
import type { Counter } from '../../../src/simulator/world/counter.ts';
import { shown } from '../../../src/simulator/world/counter.ts';
import { type CountingState, countersAt } from '../../../src/simulator/world/counting.ts';
import type { Association, RouterState } from '../../../src/simulator/world/state.ts';
import type { World } from './world.ts';

/** What one answer of a router shows about one of its sources. */
export interface Sighting {
  router: string;
  source: 'stations' | 'wan' | 'hosts' | 'peers' | 'neighbours';
  /** Unix ms in the world. */
  at: number;
  /** What counts within the router: another one starts with a first reading. */
  origin: string;
  /** What it means that a counter is missing: it has ended, or it waits; `missed`: it waits for two days, for a list may miss one. */
  absent: 'ended' | 'missed' | 'kept';
  seen: Sight[];
  /** Names of what stood in the answer with a value that makes no sense. */
  unread?: readonly string[];
  /** Lines whose names make no sense. Default: none. */
  unnamed?: number;
  /** Whose an address is, by the table of neighbours. */
  owners: ReadonlyMap<string, string>;
}

/** One counter of an answer. */
export interface Sight {
  /** What distinguishes it from the others in the answer. */
  name: string;
  counter: Counter;
  moved: Traffic;
  shows: Traffic;
  /** Another one proves another counter; null: every counter can be distinguished. */
  epoch: string | null;
  /** Both directions start again at once. */
  pair: boolean;
  /** Whose it is; for a host by its MAC or address. */
  account: { kind: 'station' | 'wan' | 'peer'; key: string } | { kind: 'host'; mac: string | null; ip: string };
}

/** What an answer rendered at this moment shows; `shows` leaves out stations that the answer lost on its way. */
export function sightingOf(
  world: World,
  router: string,
  source: Sighting['source'],
  shows: (association: Association) => boolean,
): Sighting {
  const state = world.router(router);
  const sighting: Sighting = { router, source, at: world.now, origin: '', absent: 'kept', seen: [], owners: new Map() };
  switch (source) {
    case 'stations':
      return { ...sighting, seen: stations(state).filter(shows).map(ofStation) };
    case 'wan':
      return { ...sighting, seen: uplinks(state) };
    case 'hosts':
      return state.counting === null ? sighting : { ...sighting, ...ofHosts(state, state.counting, world.now) };
    case 'peers':
      return { ...sighting, seen: peers(state) };
    case 'neighbours':
      return { ...sighting, owners: new Map(neighboursOf(world).map(({ ip, mac }) => [ip, mac])) };
    default:
      return source satisfies never;
  }
}

const stations = ({ radios }: RouterState): Association[] => radios.flatMap((radio) => radio.stations);

const sight = (counter: Counter): Pick<Sight, 'counter' | 'moved' | 'shows'> => ({
  counter,
  moved: { ...counter.moved },
  shows: shown(counter),
});

function ofStation({ counter, device, radio }: Association): Sight {
  const { mac } = device.spec;
  return { ...sight(counter), name: `${radio.spec.interface} ${mac}`, epoch: null, pair: true, account: { kind: 'station', key: mac } };
}

function uplinks({ uplinks }: RouterState): Sight[] {
  return uplinks
    .filter(({ up }) => up)
    .map(({ spec, counter }) => ({
      ...sight(counter),
      name: spec.name,
      epoch: null,
      pair: false,
      account: { kind: 'wan', key: spec.name },
    }));
}

function ofHosts({ bootId }: RouterState, counting: CountingState, at: number): Pick<Sighting, 'origin' | 'absent' | 'seen'> {
  const { method } = counting.spec;
  const epochs = { nftables: `${bootId} ${counting.handle}`, iptables: '', nlbwmon: counting.period };
  const seen = countersAt(counting, at).map(({ counts, mac, ip, counter }): Sight => {
    return { ...sight(counter), name: `${counts} ${mac} ${ip}`, epoch: epochs[method], pair: false, account: { kind: 'host', mac, ip } };
  });
  if (method === 'nlbwmon') return { origin: `${method} ${bootId} ${counting.startedAt}`, absent: 'kept', seen };
  return { origin: method, absent: method === 'nftables' ? 'missed' : 'ended', seen };
}

function peers({ bootId, tunnels }: RouterState): Sight[] {
  return tunnels.flatMap(({ spec, ifindex, peers }) =>
    peers
      .filter(({ active }) => active)
      .map(({ spec: { publicKey }, counter }): Sight => {
        const name = `${spec.interface} ${publicKey}`;
        return { ...sight(counter), name, epoch: `${bootId} ${ifindex}`, pair: true, account: { kind: 'peer', key: name } };
      }),
  );
}
