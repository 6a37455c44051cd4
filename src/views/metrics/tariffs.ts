import { OTHERS } from '../../domain/people/user.ts';
import { type Account, accountsOf } from '../../ledger/account.ts';
import { grouped } from '../rows/quota-subjects.ts';
import { monthParts, type TariffPart } from '../rows/tariffs.ts';
import { type AccountsByKind, isPrivate, isPrivatePeer, nameOf, nameOfPeer, type View } from '../view.ts';
import { type Family, gauge, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

interface TariffGroup {
  labels: readonly string[];
  accounts: readonly Account[];
}

/** The bytes of the current month by tariff; no samples without tariffs. */
export function tariffFamilies(view: View, shown: AccountsByKind): Family[] {
  const { devices, users, wan, peers } = view.months.hasTariffs ? groupsOf(view, shown) : NO_GROUPS;
  return [
    ...pair(view, 'device', ['mac', 'hostname'], ['received by the device', 'sent by the device'], devices),
    ...pair(view, 'user', ['user'], ["received by the user's devices", "sent by the user's devices"], users),
    ...pair(view, 'wan', ['router', 'interface'], ['received from the Internet', 'sent to the Internet'], wan),
    ...pair(
      view,
      'wireguard_peer',
      ['router', 'interface', 'public_key', 'name'],
      ['sent by the server to the peer', 'received by the server from the peer'],
      peers,
    ),
  ];
}

type Groups = Record<'devices' | 'users' | 'wan' | 'peers', readonly TariffGroup[]>;

const NO_GROUPS: Groups = { devices: [], users: [], wan: [], peers: [] };

function groupsOf(view: View, shown: AccountsByKind): Groups {
  // When something private is used is nobody's business.
  const isOpen = ({ key }: Account) => !isPrivate(view, key);
  const open = shown.device.filter(isOpen);
  const devices = grouped(open, ({ key }) => view.aliases.get(key)?.mac ?? key);
  const users = grouped(accountsOf(view.books.accounts, 'device').filter(isOpen), ({ key }) =>
    view.people.userOfDevice(key, view.books.devices),
  );
  return {
    devices: [...devices].map(([mac, accounts]) => ({ labels: [mac, nameOf(view, mac)], accounts })),
    users: [...users].flatMap(([user, accounts]) => {
      const isHidden = user === null ? !view.people.isConfigured : view.people.users.some((each) => each.name === user && each.isPrivate);
      return isHidden ? [] : [{ labels: [user ?? OTHERS], accounts }];
    }),
    wan: shown.wan.map((account) => ({ labels: [account.router, account.interface], accounts: [account] })),
    peers: shown.peer.flatMap((account) => {
      const { router, interface: name, key } = account;
      if (isPrivatePeer(view, { router, interface: name, publicKey: key })) return [];
      return [{ labels: [router, name, key, nameOfPeer(view, { router, interface: name, publicKey: key })], accounts: [account] }];
    }),
  };
}

function pair(
  view: View,
  of: string,
  labels: readonly string[],
  [downloaded, uploaded]: readonly [string, string],
  groups: readonly TariffGroup[],
): Family[] {
  const names = [...labels, 'tariff'];
  const parts = groups.flatMap((group) =>
    monthParts(view, group.accounts).map(({ tariff, bytes }) => ({ labels: labelText(names, [...group.labels, tariff]), bytes })),
  );
  const family = (direction: keyof TariffPart['bytes'], what: string): Family =>
    gauge(
      `${of}_month_tariff_${direction}_bytes`,
      `Bytes ${what} in the current billing period, by tariff; only where tariffs are configured`,
      names,
      samplesOf(parts, ({ bytes }) => bytes[direction]),
    );
  return [family('download', downloaded), family('upload', uploaded)];
}
