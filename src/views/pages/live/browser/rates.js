/** @typedef {{ download: number | null, upload: number | null, undirected?: number | null }} Rate In bytes per second. */
/** @typedef {{ router: string, seconds: number | null, late: boolean, failure: string | null }} WatchedRouter */
/** @typedef {{ mac: string, name: string }} DeviceRef */
/** @typedef {{ router: string, interface: string, public_key: string, name: string }} PeerRef */
/** @typedef {{ at: string, home: Rate, uplinks: (Rate & { router: string, interface: string })[], devices: (Rate & DeviceRef)[], devices_moving: number, peers: (Rate & PeerRef)[], peers_moving: number, routers: WatchedRouter[] }} Rates The event `rates`: docs/formats/live.md. */

const UNITS = ['b/s', 'kb/s', 'Mb/s', 'Gb/s', 'Tb/s'];

/**
 * Bytes per second as bits per second to three digits, as on the rest of the pages: `866 Mb/s`.
 * @param {number} bytesPerSecond
 */
export function rateText(bytesPerSecond) {
  let left = bytesPerSecond * 8;
  let unit = 0;
  while (Math.round(left) >= 1000 && unit < UNITS.length - 1) {
    left /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || left >= 99.95 ? 0 : left >= 9.995 ? 1 : 2;
  return `${left.toFixed(digits)} ${UNITS[unit]}`;
}

/** @param {Rate} rate */
export const sumOf = ({ download, upload, undirected }) => Math.max((download ?? 0) + (upload ?? 0), undirected ?? 0);

/** @type {Rate} */
const UNKNOWN = { download: null, upload: null };
/** @type {Rate} */
const STILL = { download: 0, upload: 0 };

/**
 * The rate of a thing by its id: `home`, `device:MAC`, `uplink:ROUTER/INTERFACE` or `peer:ROUTER/INTERFACE/KEY`. A device or peer that is
 * not in the event does not move, unless there are more that move than are listed, or a router could not be read.
 * @param {Rates} event
 * @returns {(id: string) => Rate}
 */
export function ratesById({ home, uplinks, devices, devices_moving, peers, peers_moving, routers }) {
  /** @type {Map<string, Rate>} */
  const known = new Map([['home', home]]);
  for (const rate of uplinks) known.set(`uplink:${rate.router}/${rate.interface}`, rate);
  for (const rate of devices) known.set(`device:${rate.mac}`, rate);
  for (const rate of peers) known.set(`peer:${rate.router}/${rate.interface}/${rate.public_key}`, rate);
  const isRead = routers.length > 0 && routers.every(({ seconds, failure }) => seconds !== null && failure === null);
  const rest = {
    device: isRead && devices.length === devices_moving ? STILL : UNKNOWN,
    peer: isRead && peers.length === peers_moving ? STILL : UNKNOWN,
  };
  return (id) => known.get(id) ?? (id.startsWith('device:') ? rest.device : id.startsWith('peer:') ? rest.peer : UNKNOWN);
}

/** More would be cut off on a phone. */
const MOST_NAMED = 2;

/**
 * What is to be said of routers that cannot be read as often, or not at all; empty where all is well.
 * @param {readonly WatchedRouter[]} routers
 */
export function slowText(routers) {
  const words = routers.flatMap(({ router, seconds, late, failure }) => {
    if (failure !== null) return `${router} cannot be read`;
    return late && seconds !== null ? `${router} is slower: every ${Math.max(1, Math.round(seconds))} s` : [];
  });
  const more = words.length - MOST_NAMED;
  return `${words.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
