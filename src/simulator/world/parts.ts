import type { CountingState } from './counting.ts';
import type { Association, DeviceState, RadioState, RouterState } from './state.ts';
import type { PeerState, TunnelState } from './tunnels.ts';
import type { UplinkState } from './uplink.ts';

/** What a world consists of, by name. Throws for a name that is not there. */
export class WorldParts {
  readonly routers = new Map<string, RouterState>();
  readonly devices = new Map<string, DeviceState>();

  router(name: string): RouterState {
    return known(this.routers.get(name), `No router is called "${name}"`);
  }

  device(mac: string): DeviceState {
    return known(this.devices.get(mac), `No device has the MAC ${mac}`);
  }

  radio(router: string, name: string): RadioState {
    const { radios } = this.router(router);
    return known(
      radios.find((r) => r.spec.interface === name),
      `${router} has no radio "${name}"`,
    );
  }

  uplink(router: string, name: string): UplinkState {
    const { uplinks } = this.router(router);
    return known(
      uplinks.find((u) => u.spec.name === name),
      `${router} has no uplink "${name}"`,
    );
  }

  counting(router: string): CountingState {
    return known(this.router(router).counting ?? undefined, `${router} does not count hosts`);
  }

  tunnel(router: string, name: string): TunnelState {
    const { tunnels } = this.router(router);
    return known(
      tunnels.find((t) => t.spec.interface === name),
      `${router} has no tunnel "${name}"`,
    );
  }

  peer(router: string, publicKey: string): { tunnel: TunnelState; peer: PeerState } {
    const found = this.router(router).tunnels.flatMap((tunnel) => tunnel.peers.map((peer) => ({ tunnel, peer })));
    return known(
      found.find(({ peer }) => peer.spec.publicKey === publicKey),
      `${router} has no peer ${publicKey}`,
    );
  }

  /** The uplink that is in use. */
  activeUplink(): UplinkState | undefined {
    for (const router of this.routers.values()) {
      for (const uplink of router.uplinks) if (uplink.up) return uplink;
    }
    return undefined;
  }

  association(router: string, mac: string, radio: string): Association {
    const { stations } = this.radio(router, radio);
    return known(
      stations.find((s) => s.device.spec.mac === mac),
      `${mac} is not on "${radio}" of ${router}`,
    );
  }
}

/** Throws where there is nothing. */
export function known<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Error(message);
  return value;
}
