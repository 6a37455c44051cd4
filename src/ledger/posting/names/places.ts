import type { Observation } from '../../../domain/observation.ts';
import type { Round } from '../../../domain/round.ts';
import { type Books, readerKey } from '../../books.ts';
import type { DevicePlace } from '../../devices.ts';

/** Where a device was seen in a round. */
export interface SeenAt {
  /** Networks in which it was active just now. */
  active: string[];
  /** Networks in which a router still remembers it, or whose names are not sure. */
  remembered: string[];
  ssids: string[];
}

export const NOWHERE: DevicePlace = { network: null, ssid: null };

/** States of the kernel's neighbour table in which the device has answered lately, or is being asked. */
const ACTIVE = new Set(['REACHABLE', 'DELAY', 'PROBE']);
const ABSENT = new Set(['FAILED', 'INCOMPLETE']);

/**
 * Where the devices of a round are, by MAC: on which SSID as stations, and in which network as neighbours. A network has its logical name
 * where the gateway tells it with its hosts, otherwise that of its device.
 */
export function placesIn(round: Round, { readers }: Pick<Books, 'readers'>): Map<string, SeenAt> {
  const found = new Map<string, SeenAt>();
  const at = (mac: string): SeenAt => {
    const known = found.get(mac) ?? { active: [], remembered: [], ssids: [] };
    found.set(mac, known);
    return known;
  };
  for (const { router, results } of round.routers) {
    const observations = results.flatMap((result) => (result.status === 'ok' ? [result.observation] : []));
    const names = networkNames(observations);
    // Without its hosts in this round, the name of a network may be another one than before.
    const isSure = names !== null || !readers.has(readerKey(router, 'hosts'));
    for (const observation of observations) {
      if (observation.source === 'neighbours') {
        for (const { mac, interface: device, state } of observation.neighbours) {
          if (device === '' || ABSENT.has(state)) continue;
          const seen = at(mac);
          (isSure && ACTIVE.has(state) ? seen.active : seen.remembered).push(names?.get(device) ?? device);
        }
      }
      if (observation.source === 'stations') {
        const ssids = new Map(observation.radios.map((radio) => [radio.interface, radio.ssid]));
        for (const { mac, interface: radio, access } of observation.stations) {
          const ssid = access ? ssids.get(radio ?? '') : undefined;
          if (ssid) at(mac).ssids.push(ssid);
        }
      }
    }
  }
  return found;
}

/** Where a device is from now on: what is only remembered of it moves it nowhere, and its last place stays while it is away. Rule: names. */
export function placeAfter(known: DevicePlace, seen: SeenAt | undefined): DevicePlace {
  if (seen === undefined) return { network: known.network, ssid: known.ssid };
  const network = networkAfter(known.network, seen);
  const hasMoved = known.network !== null && network !== known.network;
  const ssid = seen.ssids.find((each) => each === known.ssid) ?? seen.ssids[0] ?? (hasMoved ? null : known.ssid);
  return { network, ssid };
}

function networkAfter(known: string | null, { active, remembered }: SeenAt): string | null {
  if (known !== null && (active.length === 0 || active.includes(known))) return known;
  return active[0] ?? remembered[0] ?? known;
}

/** The logical names of a gateway's networks, by device; null where it did not tell them. */
function networkNames(observations: readonly Observation[]): Map<string, string> | null {
  const hosts = observations.find((observation) => observation.source === 'hosts');
  return hosts?.networks === undefined ? null : new Map(hosts.networks.map(({ name, device }) => [device, name]));
}

/** Whether a station is on another SSID than its device was: most rounds show nothing new, and then nothing else is looked at. */
export function hasNewSsid(round: Round, { devices }: Pick<Books, 'devices'>): boolean {
  for (const { results } of round.routers) {
    for (const result of results) {
      if (result.status !== 'ok' || result.observation.source !== 'stations') continue;
      const { radios, stations } = result.observation;
      const ssids = new Map(radios.map((radio) => [radio.interface, radio.ssid]));
      for (const { mac, interface: radio, access } of stations) {
        const ssid = access ? ssids.get(radio ?? '') : undefined;
        const known = ssid ? devices.get(mac) : undefined;
        if (known !== undefined && known.ssid !== ssid) return true;
      }
    }
  }
  return false;
}

/** Which networks each gateway named in a round: where that changes, unchanged neighbours are looked at again. */
export const networksIn = ({ routers }: Round): string =>
  JSON.stringify(
    routers.flatMap(({ router, results }) =>
      results.flatMap((result) =>
        result.status === 'ok' && result.observation.source === 'hosts' ? [[router, result.observation.networks ?? null]] : [],
      ),
    ),
  );
