import { isRandomized } from '../../domain/mac.ts';
import { duidOfClientId, isMacOnly, macOfDuid, parseDuid } from '../../domain/names/duid.ts';
import { quote } from '../../errors.ts';
import { macOf } from '../../ledger/account.ts';
import { isPrivate, leasesByMac, type NamesView, observationsOf, type View } from '../view.ts';

/** What suggestions are made from. */
export type MergeView = NamesView & Pick<View, 'routers' | 'now'>;

/** How reliable a sign is, best first. */
export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const SIGNS = ['duid', 'client_id', 'name'] as const;

/** Something that several MACs have in common. */
export interface Sign {
  by: (typeof SIGNS)[number];
  macs: string[];
  confidence: Confidence;
  /** A sentence without a period. */
  text: string;
}

/** Names that many devices use, so they identify none. */
const GENERIC =
  /^(android|iphone|ipad|ipod|macbook(-?(pro|air))?|imac|watch|phone|handy|tablet|laptop|notebook|desktop|pc|computer|localhost|unknown|none|null|device|client|host|user|linux|debian|ubuntu|fedora|arch|raspberrypi|openwrt|router|tv|smart-?tv|chromecast|printer|camera|cam|switch|espressif|esp|shelly|tasmota|tuya|wlan\d?|wifi|dhcp|default|home|guest)([-_ ]?\d{1,3})?$/;
/** Models: one home may have several. */
const MODEL =
  /^(galaxy|sm|redmi|xiaomi|mi|poco|pixel|oneplus|moto|motorola|huawei|honor|xperia|nokia|oppo|vivo|realme|nothing|fairphone|lenovo|thinkpad|surface|kindle|fire|roku|ps[345]|xbox|nintendo|esp|shelly\w*)[-_ ]/;
const SHORTEST_NAME = 3;
/** More MACs than one device has: what they share is not a sign. */
const MOST_MACS = 16;
/** A device seen this recently is present. */
const PRESENT_MS = 600_000;

/** What known devices have in common, by their leases and addresses. */
export function signsOf(view: MergeView): Sign[] {
  const known = (mac: string) => view.books.devices.has(mac) && !isPrivate(view, mac);
  const signs = [...duidSigns(view), ...clientIdSigns(view), ...nameSigns(view)];
  return signs
    .map((sign) => ({ ...sign, macs: [...new Set(sign.macs)].filter(known).sort() }))
    .filter(({ macs }) => macs.length > 1 && macs.length <= MOST_MACS);
}

/** A DUID identifies the machine, on all its interfaces. Copied system images share one: then several are on the air at once. */
function duidSigns(view: MergeView): Sign[] {
  const macs = new Map<string, string[]>();
  const note = (duid: string | null, mac: string | undefined) => {
    if (duid !== null && mac !== undefined) add(macs, duid, mac);
  };
  for (const { mac, clientId } of view.books.leases.values()) note(duidOfClientId(clientId ?? ''), mac);
  const neighbours = new Map<string, string>();
  for (const { router, observation } of observationsOf(view, 'neighbours')) {
    for (const { ip, mac, state } of observation.neighbours) if (state !== 'FAILED') neighbours.set(`${router} ${ip}`, mac);
  }
  for (const { router, observation } of observationsOf(view, 'leases')) {
    for (const { duid, ip } of observation.leases6) note(parseDuid(duid), neighbours.get(`${router} ${ip}`));
  }
  const air = macsOnAir(view);
  return [...macs].map(([duid, own]) => {
    const maker = macOfDuid(duid);
    const all = maker === null ? own : [...own, maker];
    const text =
      maker === null || !view.books.devices.has(maker)
        ? 'They use the same DHCP unique identifier (DUID), which identifies the machine, not the interface'
        : `They use the same DHCP unique identifier (DUID), which was made from ${maker}`;
    return { by: 'duid', macs: all, confidence: atOnce(all, air) ? 'low' : 'high', text };
  });
}

function clientIdSigns(view: MergeView): Sign[] {
  const macs = new Map<string, string[]>();
  for (const { mac, clientId } of view.books.leases.values()) {
    if (clientId === null || isMacOnly(clientId) || duidOfClientId(clientId) !== null) continue;
    add(macs, clientId, mac);
  }
  const air = macsOnAir(view);
  return [...macs].map(([clientId, own]) => ({
    by: 'client_id',
    macs: own,
    confidence: atOnce(own, air) ? 'low' : 'high',
    text: `They use the same DHCP client id, ${quote(clientId, 40)}`,
  }));
}

/** Two on the air at once are two devices; a laptop on Wi-Fi and on cable is one. */
function nameSigns(view: MergeView): Sign[] {
  const byName = new Map<string, string[]>();
  const owners = ownersNames(view);
  const leases = leasesByMac(view);
  for (const { mac, name } of view.books.devices.values()) {
    const called = plain(owners.get(mac) ?? leases.get(mac)?.hostname ?? name ?? '');
    if (called.length < SHORTEST_NAME || GENERIC.test(called) || called === mac) continue;
    add(byName, called, mac);
  }
  const air = macsOnAir(view);
  const present = macsPresent(view);
  return [...byName].flatMap(([name, all]): Sign[] => {
    const macs = all.sort();
    const made = macs.filter(isRandomized);
    if (macs.length < 2 || atOnce(macs, air) || made.filter((mac) => present.has(mac)).length > 1) return [];
    const text = `They all have the name ${quote(name)}`;
    if (macs.every((mac) => owners.has(mac)))
      return [{ by: 'name', macs, confidence: 'high', text: `They all have the name ${quote(name)} in the router's configuration` }];
    if (made.length < macs.length - 1 || MODEL.test(name)) return [{ by: 'name', macs, confidence: 'low', text }];
    const few =
      made.length === macs.length
        ? 'and all their MACs are randomized, as with phones'
        : 'and all but one of their MACs are randomized, as with phones';
    return [{ by: 'name', macs, confidence: 'medium', text: `${text}, ${few}` }];
  });
}

/** `Annas-Laptop.lan` and `annas-laptop` are one name. */
const plain = (name: string): string => (/^[^.]*/.exec(name.trim().normalize('NFC').toLowerCase())?.[0] ?? '').trim();

/** Names from the router's configuration. */
function ownersNames(view: MergeView): Map<string, string> {
  const all = observationsOf(view, 'leases').flatMap(({ observation }) => observation.staticHosts ?? []);
  return new Map(all.map(({ mac, name }) => [mac, name]));
}

function macsOnAir(view: MergeView): Set<string> {
  return new Set(
    observationsOf(view, 'stations').flatMap(({ observation }) =>
      observation.stations.filter(({ access }) => access).map(({ mac }) => mac),
    ),
  );
}

function macsPresent({ books, now }: MergeView): Set<string> {
  const found = new Set<string>();
  for (const account of books.accounts.values()) {
    const mac = now - account.lastSeen < PRESENT_MS ? macOf(account) : null;
    if (mac !== null) found.add(mac);
  }
  return found;
}

/** In place: a flood of fake devices must not take quadratic time. */
function add(lists: Map<string, string[]>, key: string, mac: string): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [mac]);
  else known.push(mac);
}

const atOnce = (macs: readonly string[], air: ReadonlySet<string>): boolean => new Set(macs.filter((mac) => air.has(mac))).size > 1;
