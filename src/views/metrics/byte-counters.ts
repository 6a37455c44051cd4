import type { Traffic } from '../../domain/traffic.ts';
import { type Account, type AccountKind, macOf, usageOf } from '../../ledger/account.ts';
import { type NamesView, nameOf, nameOfPeer, type PeerNamesView } from '../view.ts';
import { counter, type Family, samplesOf } from './family.ts';
import type { LastingLabels } from './labels.ts';

/** What labels are made from. */
export type LabelsView = NamesView & PeerNamesView;

/** A byte counter, without its prefix `wrtmeter_`. */
interface ByteCounter {
  name: string;
  help: string;
  /** What it shows of the bytes that an account keeps. */
  value: (kept: Traffic) => number;
}

/** The byte counters of one kind of account, with labels of the same names. */
export interface ByteCounters {
  labels: readonly string[];
  /** The values of the labels; null for an account that has no counters. */
  valuesOf: (view: LabelsView, account: Account) => string[] | null;
  counters: readonly ByteCounter[];
}

const downloadAndUpload = (name: string, download: string, upload: string): ByteCounter[] => [
  { name: `${name}_download_bytes_total`, help: download, value: (kept) => kept.download },
  { name: `${name}_upload_bytes_total`, help: upload, value: (kept) => kept.upload },
];

const DEVICE = { labels: ['mac', 'hostname'], valuesOf: (view: LabelsView, { key }: Account) => [key, nameOf(view, key)] };

/** Kinds of accounts that have byte counters. Bytes of an address without a known MAC are none: they move to the device once it is known. */
export type CounterKind = Exclude<AccountKind, 'address'>;

/** The byte counters of `/metrics`, in its order. */
export const BYTE_COUNTERS: Readonly<Record<CounterKind, ByteCounters>> = {
  device: {
    ...DEVICE,
    counters: downloadAndUpload(
      'device',
      'Bytes received by the device: from the Internet if the gateway counts hosts, otherwise over all access points',
      'Bytes sent by the device: to the Internet if the gateway counts hosts, otherwise over all access points',
    ),
  },
  undirected: {
    ...DEVICE,
    counters: [
      {
        name: 'device_undirected_bytes_total',
        help: 'Bytes received and sent by the device in one figure, from routers that do not tell the two apart; other routers may have counted them too',
        value: (kept) => usageOf('undirected', kept).undirected ?? 0,
      },
    ],
  },
  wan: {
    labels: ['router', 'interface'],
    valuesOf: (_, account) => [account.router, account.interface],
    counters: downloadAndUpload('wan', 'Bytes received from the Internet', 'Bytes sent to the Internet'),
  },
  host: {
    labels: ['router', 'mac', 'hostname'],
    valuesOf: (view, account) => (macOf(account) === null ? null : [account.router, account.key, nameOf(view, account.key)]),
    counters: downloadAndUpload(
      'host',
      'Bytes forwarded by the gateway from the Internet to the device, including layer 3 headers',
      'Bytes forwarded by the gateway from the device to the Internet, including layer 3 headers',
    ),
  },
  station: {
    labels: ['router', 'mac', 'hostname'],
    valuesOf: (view, { router, key }) => [router, key, nameOf(view, key)],
    counters: downloadAndUpload(
      'station',
      'Bytes sent by the access point to the device',
      'Bytes received by the access point from the device',
    ),
  },
  peer: {
    labels: ['router', 'interface', 'public_key', 'name'],
    valuesOf: (view, { router, interface: name, key }) => [
      ...[router, name, key],
      nameOfPeer(view, { router, interface: name, publicKey: key }),
    ],
    counters: downloadAndUpload('wireguard_peer', 'Bytes sent by the server to the peer', 'Bytes received by the server from the peer'),
  },
};

/** An account with its labels as text. */
export interface LabelledAccount {
  account: Account;
  labels: string;
}

/** The accounts of a kind that have counters, with what `named` makes of their labels. */
export function labelledAccounts(
  kind: CounterKind,
  view: LabelsView,
  accounts: readonly Account[],
  named: LastingLabels,
): LabelledAccount[] {
  const { valuesOf } = BYTE_COUNTERS[kind];
  return accounts.flatMap((account) => {
    const values = valuesOf(view, account);
    return values === null ? [] : [{ account, labels: named(account, ...values) }];
  });
}

/** The families of the byte counters of a kind. */
export function* byteFamilies(kind: CounterKind, rows: readonly LabelledAccount[]): Generator<Family> {
  const { labels, counters } = BYTE_COUNTERS[kind];
  for (const { name, help, value } of counters)
    yield counter(
      name,
      help,
      labels,
      samplesOf(rows, ({ account }) => value(account.total)),
    );
}
