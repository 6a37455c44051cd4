import { localText } from '../../domain/calendar.ts';
import { NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { type Account, hasRouter, ipOf, macOf, publicKeyOf, type ShownKind, usageOf } from '../../ledger/account.ts';
import type { UsageRow } from '../../ledger/storage/read-usage.ts';
import { nothingOf } from '../rows/periods.ts';
import { nameOf, nameOfPeer, type PeerRef, userOf, userOfPeer } from '../view.ts';
import { type UsageJson, usageJson } from './usage-json.ts';
import { type Counted, deviceMac, PLACE, shownAs, type UsageView } from './usage-subjects.ts';

/** The bytes of an uplink, a device, a host, a station or a peer over the time asked for. */
export interface UsageSeries extends UsageJson {
  kind: ShownKind;
  router: string | null;
  interface: string | null;
  mac: string | null;
  /** Of a host whose MAC is not known. */
  ip: string | null;
  public_key: string | null;
  name: string | null;
  user: string | null;
  overlay: boolean;
  buckets: UsageBucket[];
}

interface UsageBucket extends UsageJson {
  start: string;
}

/** The series of some subjects from their rows; those without bytes only if `silentToo`. `text` writes the start of a bucket. */
export function seriesOf(
  view: UsageView,
  subjects: readonly Counted[],
  rows: readonly UsageRow[],
  text: (time: number) => string,
  silentToo: boolean,
): UsageSeries[] {
  const byAccount = new Map<number, UsageRow[]>();
  for (const row of rows) {
    const own = byAccount.get(row.account);
    if (own === undefined) byAccount.set(row.account, [row]);
    else own.push(row);
  }
  return subjects.flatMap(({ account, accounts }) => {
    const own = accounts.flatMap(({ id, kind }) =>
      (byAccount.get(id) ?? []).map(({ time, bytes }) => ({ time, used: usageOf(kind, bytes) })),
    );
    const series = oneSeries(view, { account, accounts }, own, text);
    return series.buckets.length > 0 || silentToo ? [series] : [];
  });
}

interface UsedRow {
  time: number;
  used: Used;
}

function oneSeries(
  view: UsageView,
  { account, accounts }: Pick<Counted, 'account' | 'accounts'>,
  rows: readonly UsedRow[],
  text: (time: number) => string,
): UsageSeries {
  const byTime = new Map<number, Used>();
  for (const { time, used } of rows) byTime.set(time, plusUsage(byTime.get(time) ?? NO_USAGE, used));
  // What its accounts count is 0 where it is silent, and not unknown.
  const nothing = nothingOf(accounts);
  const own = macOf(account);
  const mac = own === null ? null : deviceMac(view, own);
  const peer = peerOf(account);
  return {
    kind: shownAs(account.kind),
    router: hasRouter(account.kind) ? account.router : null,
    interface: account.interface === '' ? null : account.interface,
    mac,
    ip: ipOf(account),
    public_key: publicKeyOf(account),
    name: mac !== null ? nameOf(view, mac) : peer === null ? null : nameOfPeer(view, peer),
    user: mac !== null ? userOf(view, mac) : peer === null ? null : userOfPeer(view, peer),
    overlay: account.overlay,
    ...usageJson(rows.map(({ used }) => used).reduce(plusUsage, nothing)),
    buckets: [...byTime]
      .filter(([, { total, undirected }]) => total > 0 || (undirected ?? 0) > 0)
      .sort(([a], [b]) => a - b)
      .map(([time, used]) => ({ start: text(time), ...usageJson(used) })),
  };
}

function peerOf(account: Account): PeerRef | null {
  const publicKey = publicKeyOf(account);
  return publicKey === null ? null : { router: account.router, interface: account.interface, publicKey };
}

const subject = ({ mac, ip, public_key }: UsageSeries): string => mac ?? ip ?? public_key ?? '';

/** By kind, then the one with the most bytes first. */
export function byKindAndSize(a: UsageSeries, b: UsageSeries): number {
  return PLACE[a.kind] - PLACE[b.kind] || b.total_bytes - a.total_bytes || (subject(a) < subject(b) ? -1 : 1);
}

/** Local time with its offset, by which the two equal hours of an autumn night differ. Caches hours, because time zones are slow. */
export function hourText(timezone: string): (instant: number) => string {
  const known = new Map<number, string>();
  return (instant) => {
    const text = known.get(instant) ?? withOffset(instant, timezone);
    known.set(instant, text);
    return text;
  };
}

function withOffset(instant: number, timezone: string): string {
  const local = localText(instant, timezone).replace(' ', 'T');
  const minutes = Math.round((Date.parse(`${local}Z`) - instant) / 60_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
