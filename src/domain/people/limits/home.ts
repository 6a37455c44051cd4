import { parseMac } from '../../mac.ts';
import type { LimitOf, LimitThing } from './limit.ts';

/** A device as limits see it. */
export interface LimitedDevice {
  /** Its first MAC. */
  id: string;
  /** Of the configuration, or its first MAC: nobody can choose a name by which another one is limited. */
  name: string;
  macs: readonly string[];
  user: string | null;
  /** Whether a router shows an address of it now. */
  isHere: boolean;
  /** Whether the configuration names one of its MACs. */
  isConfigured: boolean;
}

/** A peer on its server. */
export interface LimitedPeer {
  router: string;
  publicKey: string;
  name: string;
  user: string | null;
  /** Single addresses of it in the tunnel. */
  addresses: readonly string[];
  /** Whether the configuration names it. */
  isConfigured: boolean;
}

/** A router that limits can be sent to. */
export interface LimitingRouter {
  name: string;
  /** Whether the packets of devices pass it: not so on a server that only has peers. */
  passesDevices: boolean;
  /** What each MAC has as addresses there, as `addressesByMac` writes them. */
  addresses: ReadonlyMap<string, readonly string[]>;
}

/** Everything that limits can be of, and where. Devices that were there last come first. */
export interface LimitedHome {
  users: readonly string[];
  devices: readonly LimitedDevice[];
  peers: readonly LimitedPeer[];
  routers: readonly LimitingRouter[];
}

/** The things that a rule is of now. Of each device: those that are there. */
export function thingsOf(of: LimitOf, { users, devices, peers }: LimitedHome): LimitThing[] {
  const device = ({ id }: LimitedDevice): LimitThing => ({ of: 'device', id });
  switch (of.kind) {
    case 'user':
      return [{ of: 'user', id: of.name }];
    case 'each user':
      return users.map((id) => ({ of: 'user', id }));
    case 'others':
      return [{ of: 'others', id: '' }];
    case 'device':
      return deviceNamed(of.name, devices).map(device);
    case 'each device':
      return devices.filter(({ user, isHere }) => isHere && (of.user === null || user === of.user)).map(device);
    case 'peer':
      return peersOf(peers.filter(({ publicKey, name }) => [publicKey, name].includes(of.name)));
    case 'each peer':
      return peersOf(peers);
    default:
      return of satisfies never;
  }
}

/** A MAC that nothing else is known of is a device, too. */
function deviceNamed(name: string, devices: readonly LimitedDevice[]): LimitedDevice[] {
  const found = devices.filter((device) => device.name === name || device.macs.includes(name));
  const mac = parseMac(name);
  return found.length > 0 || mac === null ? found : [{ id: mac, name: mac, macs: [mac], user: null, isHere: false, isConfigured: true }];
}

/** A peer that is on several servers is one thing. */
const peersOf = (peers: readonly LimitedPeer[]): LimitThing[] =>
  [...new Set(peers.map(({ publicKey }) => publicKey))].map((id) => ({ of: 'peer', id }));
