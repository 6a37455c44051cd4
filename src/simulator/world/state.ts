import type { Traffic } from '../../domain/traffic.ts';
import type { DeviceSpec, RadioSpec, RouterSpec } from '../spec.ts';
import type { Counter } from './counter.ts';
import type { CountingState } from './counting.ts';
import type { LimitsState } from './limits.ts';
import type { PeerState, TunnelState } from './tunnels.ts';
import type { UplinkState } from './uplink.ts';

/** A device on the air. The next one of the same device on the same radio is another association. */
export interface Association {
  readonly device: DeviceState;
  readonly router: RouterState;
  readonly radio: RadioState;
  readonly counter: Counter;
  /** All bytes of the device through this router since the world began. */
  readonly account: Traffic;
  /** Unix ms. */
  readonly since: number;
  /** Unix ms. */
  lastActive: number;
  /** The device has roamed away without a word; the access point will notice at this Unix ms. */
  agesOut: number | null;
  ended: boolean;
}

export interface RadioState {
  readonly spec: RadioSpec;
  /** In the order in which they associated. */
  stations: Association[];
}

export interface RouterState {
  readonly spec: RouterSpec;
  bootId: string;
  /** Unix ms. */
  bootedAt: number;
  boots: number;
  readonly radios: readonly RadioState[];
  readonly uplinks: readonly UplinkState[];
  /** Bytes through this router's radios by MAC, since the world began. */
  readonly air: Map<string, Traffic>;
  /** Its own traffic is that of a machine on a cable. */
  readonly itself: DeviceState;
  readonly counting: CountingState | null;
  readonly limits: LimitsState;
  readonly tunnels: readonly TunnelState[];
}

/** A DHCP lease; its length is in lease.ts. */
interface SimulatedLease {
  readonly device: DeviceState;
  /** Unix ms. */
  granted: number;
}

export interface DeviceState {
  readonly spec: DeviceSpec;
  /** A router itself, or a peer of a tunnel, moves bytes as a device does, but is not one. */
  readonly is: 'device' | 'router' | PeerState;
  /** The IPv4 address that it has now. */
  address: string;
  /** The gateway's neighbour table lacks it. */
  unmet: boolean;
  /** Where its bytes go; null while it is off the air. A wired device has none and is always connected. */
  current: Association | null;
  /** All its associations, those that only linger included. */
  associations: Association[];
  lease: SimulatedLease | null;
  /** Bytes to and from the Internet, and all bytes through radios, since the world began. */
  readonly internet: Traffic;
  readonly air: Traffic;
}
